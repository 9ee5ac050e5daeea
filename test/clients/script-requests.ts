import { fileURLToPath } from 'node:url';

/** A training that costs nothing, see the file itself. */
export const TRAINING_PROGRAM = fileURLToPath(new URL('./training/train.py', import.meta.url));

const METRICS = [{ Name: 'loss', Regex: 'loss=(\\S+)' }];

/**
 * Parts of the requests of jobs that run `train.py` in script mode.
 *
 * @param bucket holds the program, as `source/sourcedir.tar.gz`, and the models.
 */
export function scriptRequests(bucket: string) {
  const training = {
    AlgorithmSpecification: {
      TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
      TrainingInputMode: 'File',
      MetricDefinitions: METRICS,
    },
    RoleArn: 'arn:aws:iam::000000000000:role/trainer',
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/output` },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 120 },
  } as const;
  const hyperparameters = (given: Readonly<Record<string, string>>) => ({
    sagemaker_program: 'train.py',
    sagemaker_submit_directory: `s3://${bucket}/source/sourcedir.tar.gz`,
    ...given,
  });
  return {
    trainingJob: (name: string, given: Readonly<Record<string, string>>) => ({
      TrainingJobName: name,
      ...training,
      HyperParameters: hyperparameters(given),
    }),
    tuningJob: (name: string, jobs: number, given: Readonly<Record<string, string>>) => ({
      HyperParameterTuningJobName: name,
      HyperParameterTuningJobConfig: {
        Strategy: 'Random' as const,
        HyperParameterTuningJobObjective: { Type: 'Minimize' as const, MetricName: 'loss' },
        ResourceLimits: { MaxNumberOfTrainingJobs: jobs, MaxParallelTrainingJobs: 2 },
        ParameterRanges: { ContinuousParameterRanges: [{ Name: 'x', MinValue: '0', MaxValue: '1' }] },
        RandomSeed: 7,
      },
      TrainingJobDefinition: { ...training, StaticHyperParameters: hyperparameters(given) },
    }),
  };
}
