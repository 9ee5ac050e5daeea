/** A member that is taken in and shown again, and changes nothing. */
export interface Echoed {
  /** In the form of unsupported.ts. */
  readonly member: string;
  readonly because: string;
}

const ONE_MACHINE = 'a training job runs on one instance';
const NOT_PROFILED = 'SDKs send it by themselves; training jobs are not profiled';

const DEFINITION: readonly Echoed[] = [
  { member: 'EnableInterContainerTrafficEncryption', because: ONE_MACHINE },
  { member: 'ResourceConfig.VolumeKmsKeyId', because: 'volumes are folders of the machine; encrypt its disks' },
  { member: 'RoleArn', because: 'there are no roles: programs have the rights that their machine gives them' },
];

const TRAINING_JOB: readonly Echoed[] = [
  ...DEFINITION,
  { member: 'AlgorithmSpecification.EnableSageMakerMetricsTimeSeries', because: 'every point of a metric is kept' },
  { member: 'DebugHookConfig.LocalPath', because: 'SDKs send it by themselves; tensors are not collected' },
  { member: 'DebugHookConfig.S3OutputPath', because: 'SDKs send it by themselves; tensors are not collected' },
  { member: 'ProfilerConfig.DisableProfiler', because: NOT_PROFILED },
  { member: 'ProfilerConfig.ProfilingIntervalInMilliseconds', because: NOT_PROFILED },
  { member: 'ProfilerConfig.S3OutputPath', because: NOT_PROFILED },
];

const TUNING_JOB: readonly Echoed[] = [
  ...DEFINITION,
  {
    member: 'HyperParameterTuningResourceConfig.AllocationStrategy',
    because: 'its only value is what happens: instances are tried in the order given',
  },
  {
    member: 'HyperParameterTuningResourceConfig.VolumeKmsKeyId',
    because: 'volumes are folders of the machine; encrypt its disks',
  },
].map(({ member, because }) => ({ member: `TrainingJobDefinition.${member}`, because }));

/** By operation; every other member of those that make jobs has an effect. */
export const ECHOED: Readonly<Record<string, readonly Echoed[]>> = {
  CreateTrainingJob: TRAINING_JOB,
  CreateHyperParameterTuningJob: TUNING_JOB,
};
