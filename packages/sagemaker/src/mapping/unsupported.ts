import {
  type ConstraintFault,
  constraintException,
  elementPath,
  joinPath,
  pathSegment,
} from '../model/constraint-fault.js';

/** A member of the API that asks for something Fleetune does not do yet. */
export interface Unsupported {
  /** From the request or the training job definition; `[]` stands for every element. */
  readonly member: string;
  /** Values that ask for what Fleetune does anyway. */
  readonly except?: readonly (string | number)[];
  /** The only values that ask for it. Default: all but those that say to want none. */
  readonly asking?: readonly boolean[];
  /** Ends the sentence "... must be left out: " or "... must be one of [...]: ". */
  readonly because: string;
}

const S3 = 'InputDataConfig[].DataSource.S3DataSource';
const DATA_TYPES = ['S3Prefix', 'ManifestFile', 'AugmentedManifestFile'];

/** Members of a training job and of a tuning job's training job definition. */
const TRAINING: readonly Unsupported[] = [
  { member: 'VpcConfig', because: 'training programs use the network of the machine they run on' },
  { member: 'AlgorithmSpecification.AlgorithmName', because: 'name the algorithm by trainingImage' },
  { member: 'InputDataConfig[].DataSource.FileSystemDataSource', because: 'use s3DataSource with s3:// or file://' },
  { member: 'InputDataConfig[].DataSource.DatasetSource', because: 'use s3DataSource with s3:// or file://' },
  { member: `${S3}.S3DataType`, except: DATA_TYPES, because: 'conversations are not training data here' },
  { member: `${S3}.InstanceGroupNames`, because: 'instance groups are not available' },
  { member: `${S3}.HubAccessConfig`, because: 'there is no hub' },
  { member: `${S3}.ModelAccessConfig`, because: 'there is no hub' },
  { member: 'OutputDataConfig.KmsKeyId', because: 'have the bucket encrypt what is written to it' },
  {
    member: 'CheckpointConfig.LocalPath',
    except: ['/opt/ml/checkpoints', '/opt/ml/checkpoints/'],
    because: 'checkpoints are kept there',
  },
  { member: 'ResourceConfig.InstanceGroups', because: 'instance groups are not available' },
  { member: 'ResourceConfig.InstancePlacementConfig', because: 'the fleet places training jobs itself' },
  { member: 'ResourceConfig.TrainingPlanArn', because: 'there are no training plans' },
];

const TRAINING_JOB: readonly Unsupported[] = [
  ...TRAINING,
  {
    member: 'AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAccessMode',
    except: ['Platform'],
    because: 'images come from where the machines get them',
  },
  {
    member: 'AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAuthConfig',
    because: 'images come from where the machines get them',
  },
  // SDKs send an empty hook and a profiler without parameters by themselves; only those that ask for data are refused.
  { member: 'DebugHookConfig.CollectionConfigurations', because: 'tensors are not collected' },
  { member: 'DebugHookConfig.HookParameters', because: 'tensors are not collected' },
  { member: 'DebugRuleConfigurations', because: 'debugger rules are not evaluated' },
  { member: 'ProfilerConfig.ProfilingParameters', because: 'frameworks are not profiled' },
  { member: 'ProfilerRuleConfigurations', because: 'profiler rules are not evaluated' },
  { member: 'TensorBoardOutputConfig', because: 'write TensorBoard files to the checkpoint or output folder' },
  { member: 'ExperimentConfig', because: 'there are no experiments' },
  { member: 'InfraCheckConfig.EnableInfraCheck', because: 'agents check their machines themselves' },
  { member: 'RemoteDebugConfig.EnableRemoteDebug', because: 'log in to the machine instead' },
  { member: 'SessionChainingConfig.EnableSessionTagChaining', because: 'there are no session tags' },
  { member: 'ServerlessJobConfig', because: 'there are no serverless jobs' },
  { member: 'ModelPackageConfig', because: 'there is no model registry' },
  { member: 'MlflowConfig', because: 'there is no MLflow server' },
];

const TUNING_JOB: readonly Unsupported[] = ['TrainingJobDefinition', 'TrainingJobDefinitions[]'].flatMap((definition) =>
  TRAINING.map((unsupported) => ({ ...unsupported, member: `${definition}.${unsupported.member}` })),
);

const LIST_TRAINING_JOBS: readonly Unsupported[] = [
  { member: 'TrainingPlanArnEquals', because: 'there are no training plans' },
];

const UPDATE_TRAINING_JOB: readonly Unsupported[] = [
  { member: 'ProfilerConfig.DisableProfiler', asking: [false], because: 'training jobs are not profiled' },
  { member: 'ProfilerConfig.ProfilingIntervalInMilliseconds', because: 'training jobs are not profiled' },
  { member: 'ProfilerConfig.ProfilingParameters', because: 'frameworks are not profiled' },
  { member: 'ProfilerConfig.S3OutputPath', because: 'training jobs are not profiled' },
  { member: 'ProfilerRuleConfigurations', because: 'profiler rules are not evaluated' },
  { member: 'RemoteDebugConfig.EnableRemoteDebug', because: 'log in to the machine instead' },
];

const SEARCH: readonly Unsupported[] = [
  { member: 'CrossAccountFilterOption', except: ['SameAccount'], because: 'accounts share nothing' },
  { member: 'VisibilityConditions', because: 'whoever may search sees every job of the account' },
];

/** Everything of the API that is refused because Fleetune does not do it yet, by what is asked for. */
export const UNSUPPORTED = {
  trainingJob: TRAINING_JOB,
  tuningJob: TUNING_JOB,
  listTrainingJobs: LIST_TRAINING_JOBS,
  updateTrainingJob: UPDATE_TRAINING_JOB,
  search: SEARCH,
} as const;

/** @throws ValidationException naming every member of `request` that is in the table and asks for something. */
export function refuseUnsupported(request: object, table: readonly Unsupported[]): void {
  const faults = unsupportedFaults(request, table);
  if (faults.length > 0) throw constraintException(faults);
}

/** One fault for each member of `request` that is in the table and asks for something. */
export function unsupportedFaults(request: object, table: readonly Unsupported[]): ConstraintFault[] {
  return table.flatMap(({ member, except = [], asking, because }) =>
    valuesAt(request, member.split('.'), '')
      .filter(({ value }) => asking?.some((asked) => asked === value) ?? asksForSomething(value))
      .filter(({ value }) => !except.some((excepted) => excepted === value))
      .map(({ path, value }) => {
        const remedy = except.length > 0 ? `one of [${except.join(', ')}]` : 'left out';
        return { path, value, constraint: `Member must be ${remedy} in this version of Fleetune: ${because}` };
      }),
  );
}

/** False for what a client sends to say that it wants none: false, empty text, an empty list or structure. */
function asksForSomething(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

function valuesAt(from: unknown, steps: readonly string[], path: string): { path: string; value: unknown }[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value: from }];
  if (typeof from !== 'object' || from === null) return [];
  const member = step.replace('[]', '');
  const value = (from as Record<string, unknown>)[member];
  const memberPath = joinPath(path, pathSegment(member));
  if (!step.endsWith('[]')) return valuesAt(value, rest, memberPath);
  if (!Array.isArray(value)) return [];
  return value.flatMap((element, index) => valuesAt(element, rest, elementPath(memberPath, index)));
}
