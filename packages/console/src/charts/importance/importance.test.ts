import { describe, expect, it } from 'vitest';
import type { ShownRange } from '../axis.js';
import { trainingJob } from '../jobs.fixture.js';
import { featureMatrix } from './feature-matrix.js';
import { permutationImportance } from './permutation-importance.js';
import { growTree, predict } from './regression-tree.js';
import { seededRandom } from './seeded-random.js';

const ranges: ShownRange[] = [
  { name: 'rate', kind: 'continuous', min: 0.0001, max: 1, scaling: 'Logarithmic' },
  { name: 'optimizer', kind: 'categorical', values: ['sgd', 'adam', 'rmsprop'] },
  { name: 'noise', kind: 'continuous', min: 0, max: 1, scaling: 'Linear' },
];

/** Jobs whose objective depends on the logarithm of `rate` most, on `optimizer` a little, on `noise` not at all. */
function jobs(count: number) {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, index) => {
    const exponent = -4 * random();
    const optimizer = ['sgd', 'adam', 'rmsprop'][Math.floor(random() * 3)] as string;
    const objectiveValue = (exponent + 2) ** 2 + (optimizer === 'adam' ? 0 : 1);
    return trainingJob(index, {
      objectiveValue,
      configuration: { rate: 10 ** exponent, optimizer, noise: random() },
    });
  });
}

describe('hyperparameter importance', () => {
  it('ranks the hyperparameters by what they do to the objective', () => {
    const result = permutationImportance(featureMatrix(ranges, jobs(200)), seededRandom(1));
    expect(result.importances.map(({ name }) => name)).toEqual(['rate', 'optimizer', 'noise']);
    expect(result.importances.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(result.importances[2]?.share).toBeLessThan(0.05);
    expect(result.explained).toBeGreaterThan(0.6);
  });

  it('is the same for the same jobs', () => {
    const matrix = featureMatrix(ranges, jobs(50));
    const once = permutationImportance(matrix, seededRandom(1));
    expect(permutationImportance(matrix, seededRandom(1))).toEqual(once);
  });

  it('explains nothing where there is nothing to explain', () => {
    const same = jobs(30).map((job) => ({ ...job, objectiveValue: 1 }));
    const result = permutationImportance(featureMatrix(ranges, same), seededRandom(1));
    expect(result.importances.every(({ share }) => share === 0)).toBe(true);
  });
});

describe('the numbers a forest sees', () => {
  it('are of completed training jobs, on the scale of the search, with ranks for objectives', () => {
    const [first, second, third] = jobs(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three jobs');
    const values = [
      { ...first, objectiveValue: 1e9 },
      { ...second, objectiveValue: 2 },
      { ...third, objectiveValue: 2 },
      trainingJob(9, { status: 'Stopped', objectiveValue: 1 }),
    ];
    const { features, target } = featureMatrix(ranges, values);
    expect([...target]).toEqual([1, 0.25, 0.25]);
    expect(features[0]?.values[0]).toBeCloseTo(Math.log(Number(first.configuration.rate)));
  });

  it('are at most a thousand rows', () => {
    expect(featureMatrix(ranges, jobs(2500)).target).toHaveLength(1000);
  });
});

describe('a regression tree', () => {
  it('splits categories by what they do, whatever their order', () => {
    const values = Float64Array.from({ length: 30 }, (_, row) => row % 3);
    const target = Float64Array.from(values, (category) => (category === 1 ? 1 : 0));
    const matrix = { features: [{ name: 'c', categorical: true, values }], target };
    const settings = { maxDepth: 1, minLeafRows: 1, featuresPerSplit: 1 };
    const tree = growTree(matrix, [...values.keys()], settings, () => 0);
    expect([0, 1, 2].map((category) => predict(tree, () => category))).toEqual([0, 1, 0]);
  });
});
