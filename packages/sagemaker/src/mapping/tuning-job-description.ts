import type {
  DescribeHyperParameterTuningJobResponse,
  HyperParameterTrainingJobDefinition,
  HyperParameterTuningJobConfig,
} from '@aws-sdk/client-sagemaker';
import type { TrainingJobDefinition } from '@fleetune/domain';
import type { TuningJobView } from '@fleetune/scheduler';
import { type Account, tuningJobArn } from './arn.js';
import { failureReason } from './failure-reason.js';
import { optionalDate } from './optional-date.js';
import { tuningJobRequest } from './origin.js';
import { configFromSpec, definitionFromSpec, metricDefinitionList } from './spec-request.js';
import { tunedTrainingJobSummary } from './training-job-summary.js';
import { tuningJobCounters } from './tuning-job-counters.js';

/** What `DescribeHyperParameterTuningJob` answers: what was asked for and how far it has come. */
export function tuningJobDescription(view: TuningJobView, account: Account): DescribeHyperParameterTuningJobResponse {
  return {
    HyperParameterTuningJobName: view.name,
    HyperParameterTuningJobArn: tuningJobArn(account, view.name),
    ...askedFor(view, account),
    HyperParameterTuningJobStatus: view.status,
    CreationTime: new Date(view.creationTimeMs),
    HyperParameterTuningEndTime: optionalDate(view.endTimeMs),
    LastModifiedTime: new Date(view.lastModifiedTimeMs),
    ...tuningJobCounters(view),
    ...(view.bestTrainingJob ? { BestTrainingJob: tunedTrainingJobSummary(view.bestTrainingJob, account) } : {}),
    FailureReason: failureReason(view.failureReason),
    TuningJobCompletionDetails: {
      NumberOfTrainingJobsObjectiveNotImproving: view.trainingJobsNotImproving,
      ConvergenceDetectedTime: optionalDate(view.convergenceDetectedTimeMs),
    },
    ConsumedResources: { RuntimeInSeconds: Math.ceil(view.consumedRuntimeSeconds) },
  };
}

type Asked = Pick<
  DescribeHyperParameterTuningJobResponse,
  'HyperParameterTuningJobConfig' | 'TrainingJobDefinition' | 'TrainingJobDefinitions'
>;

function askedFor(view: TuningJobView, account: Account): Asked {
  const { spec } = view;
  const request = tuningJobRequest(view);
  if (request === undefined) {
    const definitions = spec.definitions.map((definition) => definitionFromSpec(definition, account));
    const isSingle = definitions.length === 1 && spec.definitions[0]?.name === '';
    return {
      HyperParameterTuningJobConfig: { ...configFromSpec(spec), RandomSeed: spec.seed },
      ...(isSingle ? { TrainingJobDefinition: definitions[0] } : { TrainingJobDefinitions: definitions }),
    };
  }
  const { TrainingJobDefinition: single, TrainingJobDefinitions: several } = request;
  return {
    // The seed is shown even when Fleetune chose it: with it the search can be run again.
    HyperParameterTuningJobConfig: {
      ...(request.HyperParameterTuningJobConfig as HyperParameterTuningJobConfig),
      RandomSeed: spec.seed,
    },
    ...(single ? { TrainingJobDefinition: withMetrics(single, spec.definitions[0]) } : {}),
    ...(several
      ? { TrainingJobDefinitions: several.map((definition, index) => withMetrics(definition, spec.definitions[index])) }
      : {}),
  };
}

/** Built-in algorithms bring metrics that the request did not name. */
function withMetrics(
  given: unknown,
  definition: TrainingJobDefinition | undefined,
): HyperParameterTrainingJobDefinition {
  const asked = given as HyperParameterTrainingJobDefinition;
  if (definition === undefined || definition.template.metricDefinitions.length === 0) return asked;
  return {
    ...asked,
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      ...asked.AlgorithmSpecification,
      MetricDefinitions: metricDefinitionList(definition.template.metricDefinitions),
    },
  };
}
