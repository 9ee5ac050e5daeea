import type { FeatureMatrix } from './feature-matrix.js';
import { growTree, predict, type TreeNode } from './regression-tree.js';

interface Importance {
  readonly name: string;
  /** Share of what the forest explains, 0 to 1; all together 1, or 0 where it explains nothing. */
  readonly share: number;
}

export interface ImportanceResult {
  readonly importances: readonly Importance[];
  /** How much of the objective's spread (of its ranks) the forest explains on rows it has not seen; at most 1. */
  readonly explained: number;
  readonly rowCount: number;
}

const TREES = 64;
/** A split that only few rows support explains chance. */
const MIN_LEAF_ROWS = 3;
const MAX_DEPTH = 12;

/**
 * Which hyperparameters decide: a random forest is fitted, then each hyperparameter is shuffled among the rows a tree
 * has not seen, and what that does to the tree's error is its importance (Breiman 2001, section 10).
 *
 * @param random makes the same forest from the same seed.
 */
export function permutationImportance(matrix: FeatureMatrix, random: () => number): ImportanceResult {
  const { features, target } = matrix;
  const rowCount = target.length;
  const settings = {
    maxDepth: MAX_DEPTH,
    minLeafRows: MIN_LEAF_ROWS,
    featuresPerSplit: Math.max(1, Math.ceil((2 * features.length) / 3)),
  };
  const increase = new Float64Array(features.length);
  let error = 0;
  let spread = 0;
  const mean = target.reduce((sum, one) => sum + one, 0) / Math.max(1, rowCount);
  for (let number = 0; number < TREES; number += 1) {
    const drawn = Array.from({ length: rowCount }, () => Math.floor(random() * rowCount));
    const seen = new Set(drawn);
    const unseen = Array.from({ length: rowCount }, (_, row) => row).filter((row) => !seen.has(row));
    const tree = growTree(matrix, drawn, settings, random);
    const treeError = squaredError(matrix, tree, unseen);
    error += treeError;
    for (const row of unseen) spread += ((target[row] ?? 0) - mean) ** 2;
    for (let feature = 0; feature < features.length; feature += 1) {
      const shuffled = shuffle(unseen, random);
      increase[feature] = (increase[feature] ?? 0) + squaredError(matrix, tree, unseen, feature, shuffled) - treeError;
    }
  }
  const positive = Array.from(increase, (one) => Math.max(0, one));
  const total = positive.reduce((sum, one) => sum + one, 0);
  const importances = features.map(({ name }, at) => ({ name, share: total > 0 ? (positive[at] ?? 0) / total : 0 }));
  importances.sort((a, b) => b.share - a.share);
  return { importances, explained: spread > 0 ? 1 - error / spread : 0, rowCount };
}

function squaredError(
  { features, target }: FeatureMatrix,
  tree: TreeNode,
  rows: readonly number[],
  shuffledFeature?: number,
  shuffledRows: readonly number[] = rows,
): number {
  let sum = 0;
  rows.forEach((row, at) => {
    const from = (feature: number) => (feature === shuffledFeature ? (shuffledRows[at] ?? row) : row);
    const predicted = predict(tree, (feature) => features[feature]?.values[from(feature)] ?? 0);
    sum += (predicted - (target[row] ?? 0)) ** 2;
  });
  return sum;
}

function shuffle(rows: readonly number[], random: () => number): number[] {
  const result = [...rows];
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as number, result[at] as number];
  }
  return result;
}
