import { createStrategy } from '@fleetune/search';
import { uniforms } from '../search-quality/noise.mjs';

const PARENTS = 3;
const JOBS = 50;
const LARGEST_SHIFT = 0.05;

/** What three parent tuning jobs of 50 training jobs evaluated: the same function a little to the side, on other scales. */
export function relatedParents({ ranges, evaluate }, seed) {
  return parents(ranges, seed, (uniform) => {
    const shifts = ranges.map(() => LARGEST_SHIFT * (2 * uniform() - 1));
    const factor = 10 ** (4 * uniform() - 2);
    const offset = 200 * uniform() - 100;
    return (configuration) => factor * evaluate(shifted(ranges, configuration, shifts)) + offset;
  });
}

/** As many of functions that have nothing to do with it. */
export function unrelatedParents({ ranges }, seed) {
  return parents(ranges, seed, (uniform) => {
    const waves = ranges.map(() => ({ frequency: 3 + 6 * uniform(), phase: 6 * uniform() }));
    return (configuration) =>
      ranges.reduce((sum, range, k) => {
        const { frequency, phase } = waves[k];
        return sum + Math.sin(frequency * positionOf(range, configuration[range.name]) + phase);
      }, 0);
  });
}

/** What an interrupted search of the function itself evaluated. */
export function identicalParent({ ranges, evaluate }, seed) {
  return evaluated(ranges, evaluate, 0, 1000 * seed);
}

function parents(ranges, seed, functionOf) {
  return Array.from({ length: PARENTS }, (_, parent) => {
    const own = 1000 * seed + parent;
    return evaluated(ranges, functionOf(uniforms(own)), parent, own);
  }).flat();
}

function evaluated(ranges, evaluate, parent, seed) {
  const strategy = createStrategy({ strategy: 'Bayesian', seed, objectiveType: 'Minimize', spaces: [ranges] });
  return Array.from({ length: JOBS }, () => {
    const [{ index, configuration }] = strategy.ask(1).suggestions;
    const outcome = { kind: 'Completed', objective: evaluate(configuration) };
    strategy.tell(index, outcome);
    return { parent, definition: 0, configuration, outcome };
  });
}

function shifted(ranges, configuration, shifts) {
  const moved = ranges.map((range, k) => {
    const value = configuration[range.name];
    if (range.kind === 'categorical') return [range.name, value];
    const position = Math.min(1, Math.max(0, positionOf(range, value) + shifts[k]));
    return [range.name, valueAt(range, position)];
  });
  return Object.fromEntries(moved);
}

/** Where a value lies in its range, 0 to 1, on the range's scale. */
function positionOf(range, value) {
  if (range.kind === 'categorical') return (range.values.indexOf(value) + 0.5) / range.values.length;
  const { forward } = SCALES[range.scaling];
  return (forward(value) - forward(range.min)) / (forward(range.max) - forward(range.min));
}

function valueAt(range, position) {
  const { forward, backward } = SCALES[range.scaling];
  return backward(forward(range.min) * (1 - position) + forward(range.max) * position);
}

const SCALES = {
  Linear: { forward: (value) => value, backward: (value) => value },
  Logarithmic: { forward: Math.log, backward: Math.exp },
  ReverseLogarithmic: { forward: (value) => -Math.log1p(-value), backward: (value) => -Math.expm1(-value) },
};
