import { expect, it } from 'vitest';
import { interruptionPlan } from './interruption-plan.js';

it.each([
  [120_000, 87_000, 117_000],
  [30_000, 18_000, 27_000],
  [3_000, 1_600, 2_400],
  [0, 0, 0],
])('spends %i ms: %i to save, all over after %i', (leftMs, saveMs, endMs) => {
  expect(interruptionPlan(leftMs)).toEqual({ saveMs, endMs });
});
