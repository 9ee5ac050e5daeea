import type {
  Autotune,
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
import { configFromSpec, definitionFromSpec, metricDefinitionList, rangesFromSpec } from './spec-request.js';
import { tunedTrainingJobSummary } from './training-job-summary.js';
import { tuningJobCounters } from './tuning-job-counters.js';
import { isAutotuned } from './tuning-job-spec.js';
import { warmStartConfig } from './warm-start.js';

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
    ...(view.overallBestTrainingJob
      ? { OverallBestTrainingJob: tunedTrainingJobSummary(view.overallBestTrainingJob, account) }
      : {}),
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
  'Autotune' | 'HyperParameterTuningJobConfig' | 'TrainingJobDefinition' | 'TrainingJobDefinitions' | 'WarmStartConfig'
>;

function askedFor(view: TuningJobView, account: Account): Asked {
  const { spec } = view;
  const request = tuningJobRequest(view);
  if (request === undefined) {
    const definitions = spec.definitions.map((definition) => definitionFromSpec(definition, account));
    const isSingle = definitions.length === 1 && spec.definitions[0]?.name === '';
    return {
      HyperParameterTuningJobConfig: { ...configFromSpec(spec), RandomSeed: spec.seed },
      ...(spec.warmStart ? { WarmStartConfig: warmStartConfig(spec.warmStart) } : {}),
      ...(isSingle ? { TrainingJobDefinition: definitions[0] } : { TrainingJobDefinitions: definitions }),
    };
  }
  const { TrainingJobDefinition: single, TrainingJobDefinitions: several } = request;
  const autotuned = isAutotuned(request);
  return {
    // The seed is shown even when Fleetune chose it: with it the search can be run again.
    HyperParameterTuningJobConfig: {
      ...(request.HyperParameterTuningJobConfig as HyperParameterTuningJobConfig),
      // What Autotune chose is shown in the place of what it was left to choose.
      ...(autotuned ? configFromSpec(spec) : {}),
      RandomSeed: spec.seed,
    },
    ...(request.Autotune ? { Autotune: request.Autotune as Autotune } : {}),
    ...(spec.warmStart ? { WarmStartConfig: warmStartConfig(spec.warmStart) } : {}),
    ...(single ? { TrainingJobDefinition: shownDefinition(single, spec.definitions[0], autotuned) } : {}),
    ...(several
      ? {
          TrainingJobDefinitions: several.map((definition, index) =>
            shownDefinition(definition, spec.definitions[index], autotuned),
          ),
        }
      : {}),
  };
}

/** The definition as it was asked for, with what was chosen for it: a built-in algorithm's metrics, Autotune's ranges. */
function shownDefinition(
  given: unknown,
  definition: TrainingJobDefinition | undefined,
  autotuned: boolean,
): HyperParameterTrainingJobDefinition {
  const asked = given as HyperParameterTrainingJobDefinition;
  if (definition === undefined) return asked;
  const { name, ranges, template } = definition;
  return {
    ...asked,
    ...(template.metricDefinitions.length === 0
      ? {}
      : {
          AlgorithmSpecification: {
            TrainingInputMode: 'File' as const,
            ...asked.AlgorithmSpecification,
            MetricDefinitions: metricDefinitionList(template.metricDefinitions),
          },
        }),
    ...(autotuned
      ? {
          StaticHyperParameters: { ...template.hyperparameters },
          RetryStrategy: { MaximumRetryAttempts: template.maximumRetryAttempts },
          ...(name === '' ? {} : { HyperParameterRanges: rangesFromSpec(ranges) }),
        }
      : {}),
  };
}
