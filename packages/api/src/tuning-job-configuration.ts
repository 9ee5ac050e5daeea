import type { ParameterRange } from '@fleetune/domain';
import type { TuningJobView } from '@fleetune/scheduler';
import type { JobConfiguration } from './contract/configuration.js';
import type { CreateTuningJobBody } from './contract/tuning-job.js';
import { SeveralDefinitionsError } from './error-answer.js';
import { ownRequest } from './own-request.js';
import { trainingDefinitionBody } from './training-definition-body.js';

/**
 * The request for a tuning job: as it was sent, or, when another API took it, what would be sent here.
 *
 * @throws SeveralDefinitionsError
 */
export function tuningJobConfiguration(view: TuningJobView): JobConfiguration {
  const [definition, ...others] = view.spec.definitions;
  const hiddenEnvironment = Object.keys(definition?.template.environment ?? {});
  const own = ownRequest(view.origin);
  if (own !== undefined) return { configuration: { name: view.name, ...own }, hiddenEnvironment };
  if (definition === undefined || others.length > 0) throw new SeveralDefinitionsError(view.name);
  const { strategy, seed, limits, completion, earlyStopping, warmStart } = view.spec;
  const configuration: CreateTuningJobBody = {
    name: view.name,
    strategy: Object.keys(strategy).length === 1 ? strategy.name : { ...strategy },
    seed,
    objective: { metric: definition.objective.metricName, type: definition.objective.type },
    limits,
    ...(Object.values(completion).some((criterion) => criterion !== undefined && criterion !== false)
      ? { completion }
      : {}),
    earlyStopping,
    ...(warmStart === undefined ? {} : { warmStart: { type: warmStart.type, parents: [...warmStart.parentNames] } }),
    ranges: Object.fromEntries(definition.ranges.map((range) => [range.name, rangeBody(range)])),
    ...trainingDefinitionBody(definition.template),
    ...(Object.keys(view.tags).length === 0 ? {} : { tags: view.tags }),
  };
  return { configuration, hiddenEnvironment };
}

function rangeBody(range: ParameterRange): CreateTuningJobBody['ranges'][string] {
  if (range.kind === 'categorical') return { values: [...range.values] };
  const { kind, min, max, scaling } = range;
  return { min, max, scaling, type: kind };
}
