import type { FeatureMatrix } from './feature-matrix.js';

/** A binary regression tree (Breiman et al. 1984): what is at most the threshold goes left. */
export type TreeNode =
  | { readonly kind: 'leaf'; readonly mean: number }
  | {
      readonly kind: 'split';
      readonly feature: number;
      /** Of categories: those that go left. */
      readonly left: TreeNode;
      readonly right: TreeNode;
      readonly goesLeft: (value: number) => boolean;
    };

export interface TreeSettings {
  readonly maxDepth: number;
  readonly minLeafRows: number;
  /** How many features each split may choose from. */
  readonly featuresPerSplit: number;
}

/** Grows a tree that takes the squared error down as fast as it can. @param rows may repeat. */
export function growTree(
  matrix: FeatureMatrix,
  rows: readonly number[],
  settings: TreeSettings,
  random: () => number,
  depth = 0,
): TreeNode {
  const leaf: TreeNode = { kind: 'leaf', mean: mean(matrix.target, rows) };
  if (depth >= settings.maxDepth || rows.length < 2 * settings.minLeafRows) return leaf;
  let best: Split | undefined;
  for (const feature of choose(matrix.features.length, settings.featuresPerSplit, random)) {
    const split = bestSplit(matrix, rows, feature, settings.minLeafRows);
    if (split !== undefined && (best === undefined || split.gain > best.gain)) best = split;
  }
  if (best === undefined) return leaf;
  const { feature, goesLeft } = best;
  const values = matrix.features[feature]?.values;
  const left = rows.filter((row) => goesLeft(values?.[row] ?? 0));
  const right = rows.filter((row) => !goesLeft(values?.[row] ?? 0));
  return {
    ...{ kind: 'split', feature, goesLeft },
    left: growTree(matrix, left, settings, random, depth + 1),
    right: growTree(matrix, right, settings, random, depth + 1),
  };
}

/** @param rowValue the row's value of a feature. */
export function predict(tree: TreeNode, rowValue: (feature: number) => number): number {
  let node = tree;
  while (node.kind === 'split') node = node.goesLeft(rowValue(node.feature)) ? node.left : node.right;
  return node.mean;
}

interface Split {
  readonly feature: number;
  readonly gain: number;
  readonly goesLeft: (value: number) => boolean;
}

const LEAST_GAIN = 1e-12;

function bestSplit(
  { features, target }: FeatureMatrix,
  rows: readonly number[],
  feature: number,
  minLeafRows: number,
): Split | undefined {
  const column = features[feature];
  if (column === undefined) return undefined;
  // Categories ordered by their mean target split best at some place of that order (Fisher 1958).
  const order = column.categorical ? meanByCategory(column.values, target, rows) : undefined;
  const keyOf = (row: number) => order?.get(column.values[row] ?? 0) ?? column.values[row] ?? 0;
  const sorted = [...rows].sort((a, b) => keyOf(a) - keyOf(b));
  const total = sorted.reduce((sum, row) => sum + (target[row] ?? 0), 0);
  let leftSum = 0;
  let best: { gain: number; place: number } | undefined;
  for (let place = 1; place < sorted.length; place += 1) {
    leftSum += target[sorted[place - 1] ?? 0] ?? 0;
    if (place < minLeafRows || sorted.length - place < minLeafRows) continue;
    if (keyOf(sorted[place - 1] ?? 0) === keyOf(sorted[place] ?? 0)) continue;
    const rightSum = total - leftSum;
    const gain = leftSum ** 2 / place + rightSum ** 2 / (sorted.length - place) - total ** 2 / sorted.length;
    if (gain > LEAST_GAIN && (best === undefined || gain > best.gain)) best = { gain, place };
  }
  if (best === undefined) return undefined;
  const threshold = (keyOf(sorted[best.place - 1] ?? 0) + keyOf(sorted[best.place] ?? 0)) / 2;
  const goesLeft = (value: number) => (order?.get(value) ?? value) <= threshold;
  return { feature, gain: best.gain, goesLeft };
}

function meanByCategory(values: Float64Array, target: Float64Array, rows: readonly number[]): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const row of rows) {
    const known = sums.get(values[row] ?? 0) ?? { sum: 0, count: 0 };
    sums.set(values[row] ?? 0, { sum: known.sum + (target[row] ?? 0), count: known.count + 1 });
  }
  return new Map([...sums].map(([category, { sum, count }]) => [category, sum / count]));
}

function mean(target: Float64Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (target[row] ?? 0), 0) / Math.max(1, rows.length);
}

function choose(count: number, wanted: number, random: () => number): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  for (let at = 0; at < Math.min(wanted, count); at += 1) {
    const other = at + Math.floor(random() * (count - at));
    [all[at], all[other]] = [all[other] as number, all[at] as number];
  }
  return all.slice(0, wanted);
}
