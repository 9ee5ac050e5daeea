import { describe, expect, it } from 'vitest';
import { definitionRequest, trainingJobRequest, tuningJobRequest } from '../fixtures/requests.fixture.js';
import { parseShape } from '../model/parse-shape.js';
import { shapes } from '../model/service-model.js';
import { UNSUPPORTED, unsupportedFaults } from './unsupported.js';

const VPC = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] };

function channel(change: object, source: object = {}) {
  const S3DataSource = { S3DataType: 'S3Prefix', S3Uri: 's3://data/train', ...source };
  return { InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource }, ...change }] };
}

describe('a training job', () => {
  it.each([
    ['vpcConfig', { VpcConfig: VPC }],
    [
      'algorithmSpecification.algorithmName',
      { AlgorithmSpecification: { TrainingInputMode: 'File', AlgorithmName: 'mine' } },
    ],
    ['inputDataConfig.1.member.dataSource.s3DataSource.s3DataType', channel({}, { S3DataType: 'Converse' })],
    [
      'inputDataConfig.1.member.dataSource.fileSystemDataSource',
      channel({
        DataSource: {
          FileSystemDataSource: {
            FileSystemId: 'fs-0123456789',
            FileSystemAccessMode: 'ro',
            FileSystemType: 'EFS',
            DirectoryPath: '/data',
          },
        },
      }),
    ],
    ['outputDataConfig.kmsKeyId', { OutputDataConfig: { S3OutputPath: 's3://m/', KmsKeyId: 'key' } }],
    ['checkpointConfig.localPath', { CheckpointConfig: { S3Uri: 's3://c/', LocalPath: '/tmp/checkpoints' } }],
    [
      'resourceConfig.instanceGroups',
      {
        ResourceConfig: {
          InstanceGroups: [{ InstanceType: 'ml.m5.large', InstanceCount: 1, InstanceGroupName: 'g' }],
        },
      },
    ],
    [
      'debugHookConfig.collectionConfigurations',
      { DebugHookConfig: { S3OutputPath: 's3://d/', CollectionConfigurations: [{ CollectionName: 'losses' }] } },
    ],
    ['experimentConfig', { ExperimentConfig: { TrialName: 't' } }],
    ['remoteDebugConfig.enableRemoteDebug', { RemoteDebugConfig: { EnableRemoteDebug: true } }],
    ['tensorBoardOutputConfig', { TensorBoardOutputConfig: { S3OutputPath: 's3://t/' } }],
  ])('is refused for %s', (path, change) => {
    const request = parseShape('CreateTrainingJobRequest', { ...trainingJobRequest(), ...change }) as object;
    const faults = unsupportedFaults(request, UNSUPPORTED.trainingJob);
    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults[0]?.constraint).toMatch(/^Member must be (left out|one of \[.+\]) in this version of Fleetune: ./);
  });

  it('is accepted with what SDKs send by themselves', () => {
    const request = parseShape('CreateTrainingJobRequest', {
      ...trainingJobRequest(),
      AlgorithmSpecification: {
        TrainingImage: 'image',
        TrainingInputMode: 'FastFile',
        EnableSageMakerMetricsTimeSeries: true,
      },
      ...channel(
        { CompressionType: 'None', RecordWrapperType: 'None', InputMode: 'File' },
        { S3DataDistributionType: 'ShardedByS3Key' },
      ),
      OutputDataConfig: { S3OutputPath: 's3://m/', KmsKeyId: '', CompressionType: 'GZIP' },
      CheckpointConfig: { S3Uri: 's3://c/', LocalPath: '/opt/ml/checkpoints' },
      DebugHookConfig: { S3OutputPath: 's3://m/', CollectionConfigurations: [] },
      ProfilerConfig: { S3OutputPath: 's3://m/', DisableProfiler: false },
      ProfilerRuleConfigurations: [],
      RemoteDebugConfig: { EnableRemoteDebug: false },
      EnableInterContainerTrafficEncryption: true,
    }) as object;
    expect(unsupportedFaults(request, UNSUPPORTED.trainingJob)).toEqual([]);
  });
});

describe('a tuning job', () => {
  it.each([
    [
      'trainingJobDefinition.vpcConfig',
      tuningJobRequest({ TrainingJobDefinition: definitionRequest({ VpcConfig: VPC }) }),
    ],
    [
      'trainingJobDefinitions.2.member.algorithmSpecification.algorithmName',
      tuningJobRequest({
        TrainingJobDefinition: undefined,
        TrainingJobDefinitions: [
          definitionRequest(),
          definitionRequest({ AlgorithmSpecification: { TrainingInputMode: 'File', AlgorithmName: 'mine' } }),
        ],
      }),
    ],
  ])('is refused for %s', (path, request) => {
    const wire = JSON.parse(JSON.stringify(request)) as object;
    const parsed = parseShape('CreateHyperParameterTuningJobRequest', wire) as object;
    expect(unsupportedFaults(parsed, UNSUPPORTED.tuningJob).map((fault) => fault.path)).toEqual([path]);
  });
});

it.each([
  ['CreateTrainingJobRequest', UNSUPPORTED.trainingJob],
  ['CreateHyperParameterTuningJobRequest', UNSUPPORTED.tuningJob],
  ['ListTrainingJobsRequest', UNSUPPORTED.listTrainingJobs],
] as const)('every entry of the table for %s is a member that the API has', (shapeName, table) => {
  for (const { member } of table) {
    expect(shapeAt(shapeName, member.split('.')), member).toBeDefined();
  }
});

/** The name of the shape at the end of `steps`; undefined when a step leads nowhere. */
function shapeAt(shapeName: string | undefined, [step, ...rest]: readonly string[]): string | undefined {
  if (step === undefined || shapeName === undefined) return shapeName;
  const shape = shapes[shapeName];
  const next = shape?.type === 'structure' ? shape.members[step.replace('[]', '')] : undefined;
  if (!step.endsWith('[]')) return shapeAt(next, rest);
  const list = shapes[next ?? ''];
  return shapeAt(list?.type === 'list' ? list.member : undefined, rest);
}
