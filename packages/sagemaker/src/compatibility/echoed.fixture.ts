/** A member that is taken in and shown again, and changes nothing. */
export interface Echoed {
  /** In the form of unsupported.ts. */
  readonly member: string;
  readonly because: string;
}

const ONE_MACHINE = 'a training job runs on one instance';
const NOT_PROFILED = 'SDKs send it by themselves; training jobs are not profiled';

const VOLUMES = 'volumes are folders of the machine; encrypt its disks';

/** Members that keep warm pools apart, as on SageMaker, and do nothing else. */
const DEFINITION_MATCHED: readonly Echoed[] = [
  { member: 'EnableInterContainerTrafficEncryption', because: ONE_MACHINE },
  { member: 'ResourceConfig.VolumeKmsKeyId', because: VOLUMES },
  { member: 'RoleArn', because: 'there are no roles: programs have the rights that their machine gives them' },
].map(({ member, because }) => ({
  member,
  because: `it keeps warm pools apart; else it is only shown again: ${because}`,
}));

const TRAINING_JOB: readonly Echoed[] = [
  { member: 'AlgorithmSpecification.EnableSageMakerMetricsTimeSeries', because: 'every point of a metric is kept' },
  { member: 'DebugHookConfig.LocalPath', because: 'SDKs send it by themselves; tensors are not collected' },
  { member: 'DebugHookConfig.S3OutputPath', because: 'SDKs send it by themselves; tensors are not collected' },
  { member: 'ProfilerConfig.DisableProfiler', because: NOT_PROFILED },
  { member: 'ProfilerConfig.ProfilingIntervalInMilliseconds', because: NOT_PROFILED },
  { member: 'ProfilerConfig.S3OutputPath', because: NOT_PROFILED },
];

const TUNING_JOB: readonly Echoed[] = [
  {
    member: 'TrainingJobDefinition.HyperParameterTuningResourceConfig.AllocationStrategy',
    because: 'its only value is what happens: instances are tried in the order given',
  },
];

/** By operation; every other member of those that make jobs has an effect. */
export const ECHOED: Readonly<Record<string, readonly Echoed[]>> = {
  CreateTrainingJob: TRAINING_JOB,
  CreateHyperParameterTuningJob: TUNING_JOB,
};

/** By operation: members that have no effect but on which warm pools a job may start in. */
export const MATCHED: Readonly<Record<string, readonly Echoed[]>> = {
  CreateTrainingJob: DEFINITION_MATCHED,
  CreateHyperParameterTuningJob: [
    ...DEFINITION_MATCHED,
    ...DEFINITION_MATCHED.filter(({ member }) => member === 'ResourceConfig.VolumeKmsKeyId').map(({ because }) => ({
      member: 'HyperParameterTuningResourceConfig.VolumeKmsKeyId',
      because,
    })),
  ].map(({ member, because }) => ({ member: `TrainingJobDefinition.${member}`, because })),
};
