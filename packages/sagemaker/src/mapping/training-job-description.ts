import type {
  CreateTrainingJobRequest,
  DescribeTrainingJobResponse,
  HyperParameterTrainingJobDefinition,
} from '@aws-sdk/client-sagemaker';
import type { InstanceRequest } from '@fleetune/domain';
import type { TrainingJobView } from '@fleetune/scheduler';
import { type Account, trainingJobArn, tuningJobArn } from './arn.js';
import { failureReason } from './failure-reason.js';
import { optionalDate } from './optional-date.js';
import { definitionRequest, trainingJobRequest } from './origin.js';
import { metricDefinitionList, resourceConfig, trainingMembers } from './spec-request.js';
import { warmPoolStatus } from './warm-pool-status.js';

const MAX_FINAL_METRICS = 40;

/** What `DescribeTrainingJob` answers: what was asked for, as it was asked for, and how far it has come. */
export function trainingJobDescription(view: TrainingJobView, account: Account): DescribeTrainingJobResponse {
  const { spec } = view;
  const asked = askedFor(view, account);
  const instance = servingInstance(view);
  return {
    EnableNetworkIsolation: spec.networkIsolation,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: spec.spot,
    ...asked,
    // SageMaker always answers a key, empty where there is none, and its Python SDK counts on it.
    ...(asked.OutputDataConfig ? { OutputDataConfig: { KmsKeyId: '', ...asked.OutputDataConfig } } : {}),
    TrainingJobName: view.name,
    TrainingJobArn: trainingJobArn(account, view.name),
    ...(view.tuning ? { TuningJobArn: tuningJobArn(account, view.tuning.tuningJobName) } : {}),
    ModelArtifacts: { S3ModelArtifacts: view.modelArtifactUri ?? expectedModelUri(view) },
    TrainingJobStatus: view.status,
    SecondaryStatus: view.secondaryStatus,
    FailureReason: failureReason(view.failureReason),
    HyperParameters: { ...spec.hyperparameters },
    ...(asked.AlgorithmSpecification && spec.metricDefinitions.length > 0
      ? {
          AlgorithmSpecification: {
            ...asked.AlgorithmSpecification,
            MetricDefinitions: metricDefinitionList(spec.metricDefinitions),
          },
        }
      : {}),
    ...(instance
      ? {
          ResourceConfig: {
            ...asked.ResourceConfig,
            ...resourceConfig(instance, view.warmPool?.keepAliveSeconds ?? spec.keepAliveSeconds),
          },
        }
      : {}),
    StoppingCondition: asked.StoppingCondition ?? { MaxRuntimeInSeconds: spec.stopping.maxRuntimeSeconds },
    CreationTime: new Date(view.creationTimeMs),
    LastModifiedTime: new Date(view.lastModifiedTimeMs),
    TrainingStartTime: optionalDate(view.trainingStartTimeMs),
    TrainingEndTime: optionalDate(view.trainingEndTimeMs),
    TrainingTimeInSeconds: wholeSeconds(view.trainingTimeSeconds),
    BillableTimeInSeconds: wholeSeconds(view.billableTimeSeconds),
    SecondaryStatusTransitions: view.transitions.map((transition) => ({
      Status: transition.status,
      StartTime: new Date(transition.startTimeMs),
      EndTime: optionalDate(transition.endTimeMs),
      StatusMessage: transition.statusMessage,
    })),
    WarmPoolStatus: warmPoolStatus(view.warmPool),
    FinalMetricDataList: view.finalMetrics.slice(0, MAX_FINAL_METRICS).map((metric) => ({
      MetricName: metric.name,
      Value: metric.value,
      Timestamp: new Date(metric.timestampMs),
    })),
  };
}

type Asked = Partial<Omit<CreateTrainingJobRequest, 'TrainingJobName' | 'Tags' | 'SessionChainingConfig'>>;

/** The members that a description repeats from the request, wherever the job came from. */
function askedFor(view: TrainingJobView, account: Account): Asked {
  const request = trainingJobRequest(view);
  if (request !== undefined) {
    const { TrainingJobName: _name, Tags: _tags, SessionChainingConfig: _chaining, ...rest } = request;
    return rest as Asked;
  }
  const definition = definitionRequest(view) as HyperParameterTrainingJobDefinition | undefined;
  if (definition === undefined) return trainingMembers(view.spec, account);
  const {
    DefinitionName: _definitionName,
    HyperParameterRanges: _ranges,
    HyperParameterTuningResourceConfig: _tuningResources,
    StaticHyperParameters: _static,
    TuningObjective: _objective,
    ...shared
  } = definition;
  return shared;
}

/** The entry of the fallback list that serves the job; before that is known, the first choice. */
function servingInstance({ spec, instanceType }: TrainingJobView): InstanceRequest | undefined {
  return spec.instances.find((instance) => instance.instanceType === instanceType) ?? spec.instances[0];
}

/** Where the model will be; the API model wants the member from the beginning. */
function expectedModelUri({ spec, name }: TrainingJobView): string {
  return `${spec.outputUri.replace(/\/+$/, '')}/${name}/output/model.tar.gz`;
}

/** The API counts whole seconds and none that were not begun. */
function wholeSeconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));
}
