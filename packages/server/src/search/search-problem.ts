import type { TuningJobSpec } from '@fleetune/domain';
import type { SearchProblem } from '@fleetune/search';

/** What a strategy needs to know of a tuning job. */
export function searchProblem(spec: TuningJobSpec): SearchProblem {
  return {
    strategy: spec.strategy.name,
    minResource: spec.strategy.minResource,
    maxResource: spec.strategy.maxResource,
    seed: spec.seed,
    objectiveType: spec.definitions[0]?.objective.type ?? 'Maximize',
    spaces: spec.definitions.map((definition) => definition.ranges),
  };
}
