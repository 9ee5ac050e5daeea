/** One tuning job and one training job on the digits, in SageMaker's words, as both clients send them. */
export function digitsRequests(prefix: string, jobs: number, parallel: number) {
  const training = {
    AlgorithmSpecification: {
      TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
      TrainingInputMode: 'File',
    },
    RoleArn: 'arn:aws:iam::000000000000:role/trainer',
    InputDataConfig: ['train', 'validation'].map((channel) => ({
      ChannelName: channel,
      ContentType: 'text/csv',
      DataSource: {
        S3DataSource: {
          S3DataType: 'S3Prefix',
          S3DataDistributionType: 'FullyReplicated',
          S3Uri: `s3://digits/${channel}`,
        },
      },
    })),
    OutputDataConfig: { S3OutputPath: 's3://digits/output' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 5 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
  };
  const fixed = {
    num_class: '10',
    objective: 'multi:softmax',
    eval_metric: 'accuracy',
    num_round: '20',
    early_stopping_rounds: '5',
  };
  return {
    tuning: {
      HyperParameterTuningJobName: `${prefix}-tuning`,
      HyperParameterTuningJobConfig: {
        Strategy: 'Bayesian',
        RandomSeed: 1,
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:accuracy' },
        ResourceLimits: { MaxNumberOfTrainingJobs: jobs, MaxParallelTrainingJobs: parallel },
        ParameterRanges: {
          ContinuousParameterRanges: [
            { Name: 'alpha', MinValue: '0.01', MaxValue: '0.5' },
            { Name: 'eta', MinValue: '0.1', MaxValue: '0.5' },
          ],
          IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '1', MaxValue: '10' }],
        },
      },
      TrainingJobDefinition: { ...training, StaticHyperParameters: fixed },
    },
    training: {
      ...training,
      TrainingJobName: `${prefix}-training`,
      HyperParameters: { ...fixed, alpha: '0.1', eta: '0.3', max_depth: '4' },
    },
  };
}

export type DigitsRequests = ReturnType<typeof digitsRequests>;

/** What a client saw, from creation to the end. Times are milliseconds, whatever the client makes of them. */
export interface Seen {
  readonly tuningStatuses: readonly string[];
  readonly tuningJob: Record<string, unknown>;
  readonly tuned: readonly Record<string, unknown>[];
  readonly trainingStatuses: readonly string[];
  readonly trainingJob: Record<string, unknown>;
  readonly listedTuningJobs: readonly string[];
  readonly listedTrainingJobs: readonly string[];
  readonly unknownJobError: string;
  readonly takenNameError: string;
}
