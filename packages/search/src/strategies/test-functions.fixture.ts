import type { Configuration, ContinuousRange } from '@fleetune/domain';

/** A function to minimise whose least value is known. */
export interface TestFunction {
  readonly ranges: readonly ContinuousRange[];
  readonly minimum: number;
  evaluate(configuration: Configuration): number;
}

export const branin: TestFunction = {
  ranges: [continuous('x0', -5, 10), continuous('x1', 0, 15)],
  minimum: 0.39788735772973816,
  evaluate: (configuration) => {
    const [x, y] = coordinates(configuration, 2) as [number, number];
    const curve = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
    return curve * curve + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN_SCALES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

export const hartmann6: TestFunction = {
  ranges: Array.from({ length: 6 }, (_, k) => continuous(`x${k}`, 0, 1)),
  minimum: -3.3223680114155147,
  evaluate: (configuration) => {
    const x = coordinates(configuration, 6);
    return -HARTMANN_WEIGHTS.reduce((sum, weight, i) => {
      const exponent = x.reduce((total, value, k) => {
        const difference = value - (HARTMANN_CENTRES[i]?.[k] as number);
        return total + (HARTMANN_SCALES[i]?.[k] as number) * difference * difference;
      }, 0);
      return sum + weight * Math.exp(-exponent);
    }, 0);
  },
};

function continuous(name: string, min: number, max: number): ContinuousRange {
  return { kind: 'continuous', name, min, max, scaling: 'Linear' };
}

function coordinates(configuration: Configuration, count: number): number[] {
  return Array.from({ length: count }, (_, k) => configuration[`x${k}`] as number);
}
