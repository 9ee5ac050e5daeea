import { createStrategy } from '@fleetune/search';

export const DIGITS = {
  rounds: { min: 10, max: 60, type: 'integer' },
  max_depth: { min: 2, max: 8, type: 'integer' },
  eta: { min: 0.01, max: 0.5, scaling: 'Logarithmic' },
  subsample: { min: 0.5, max: 1 },
};
export const NAP = { x: { min: 0, max: 1 } };
export const SEED = 1;

/** What Fleetune's random search with this seed tries, so that every tuner tries the same. */
export function randomPoints(ranges, count) {
  const space = Object.entries(ranges).map(([name, { min, max, type, scaling = 'Linear' }]) => {
    return { kind: type === 'integer' ? 'integer' : 'continuous', name, min, max, scaling };
  });
  const strategy = createStrategy({ strategy: 'Random', spaces: [space], objectiveType: 'Maximize', seed: SEED });
  return strategy.ask(count).suggestions.map(({ configuration }) => configuration);
}
