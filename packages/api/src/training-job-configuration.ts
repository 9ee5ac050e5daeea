import type { TrainingJobView } from '@fleetune/scheduler';
import type { JobConfiguration } from './contract/configuration.js';
import { ownRequest } from './own-request.js';
import { trainingDefinitionBody } from './training-definition-body.js';

/** The request for a training job: as it was sent, or, for one that a tuning job or another API made, what would be sent. */
export function trainingJobConfiguration(view: TrainingJobView): JobConfiguration {
  const hiddenEnvironment = Object.keys(view.spec.environment);
  const own = view.tuning === undefined ? ownRequest(view.origin) : undefined;
  if (own !== undefined) return { configuration: own, hiddenEnvironment };
  const tags = Object.keys(view.tags).length === 0 ? {} : { tags: view.tags };
  return { configuration: { name: view.name, ...trainingDefinitionBody(view.spec), ...tags }, hiddenEnvironment };
}
