import type {
  CreateHyperParameterTuningJobRequest,
  CreateTrainingJobRequest,
  HyperParameterTrainingJobDefinition,
} from '@aws-sdk/client-sagemaker';
import type { Origin, TrainingJobView, TuningJobView } from '@fleetune/scheduler';
import type { Validated } from '../model/validated.js';

const API = 'sagemaker';

/** Keeps a request with the job it makes, so that describing the job can show it again. */
export function originOf(request: object): Origin {
  return { api: API, request };
}

/** The request that made the training job; undefined when it came another way. */
export function trainingJobRequest({ origin }: TrainingJobView): Validated<CreateTrainingJobRequest> | undefined {
  return requestWith<Validated<CreateTrainingJobRequest>>(origin, 'TrainingJobName');
}

/** The request that made the tuning job; undefined when it came another way. */
export function tuningJobRequest({
  origin,
}: Pick<TuningJobView, 'origin'>): Validated<CreateHyperParameterTuningJobRequest> | undefined {
  return requestWith<Validated<CreateHyperParameterTuningJobRequest>>(origin, 'HyperParameterTuningJobName');
}

/** The definition that a tuned training job follows, when its tuning job's request is its origin. */
export function definitionRequest(view: TrainingJobView): Validated<HyperParameterTrainingJobDefinition> | undefined {
  const request = tuningJobRequest(view);
  const name = view.tuning?.definitionName ?? '';
  return (
    request?.TrainingJobDefinition ??
    request?.TrainingJobDefinitions?.find((definition) => definition.DefinitionName === name)
  );
}

/** What this API stored was parsed when it came in; the name that the request must have tells its kind. */
function requestWith<Request>({ api, request }: Origin, name: string): Request | undefined {
  const isOurs = api === API && typeof request === 'object' && request !== null && name in request;
  return isOurs ? (request as Request) : undefined;
}
