import type { Channel } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import type { ConstraintFault } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import { channelRequest, channelsOf } from './channels.js';

const SOURCE = { S3DataType: 'S3Prefix', S3Uri: 's3://data/train' } as const;

function channelOf(change: Partial<Channel>, mode?: 'Pipe' | 'FastFile', faults: ConstraintFault[] = []) {
  const channel = { ChannelName: 'train', DataSource: { S3DataSource: SOURCE }, ...change };
  return channelsOf([channel as Validated<Channel>], mode, 'inputDataConfig', faults)[0];
}

describe('channels of a request', () => {
  it('are files of a prefix unless they say otherwise', () => {
    expect(channelOf({})).toEqual({ name: 'train', uri: 's3://data/train', compression: 'None' });
  });

  it('come in the input mode of the algorithm, or in their own', () => {
    expect(channelOf({}, 'Pipe')?.inputMode).toBe('Pipe');
    expect(channelOf({ InputMode: 'FastFile' }, 'Pipe')?.inputMode).toBe('FastFile');
    expect(channelOf({ InputMode: 'File' }, 'Pipe')).not.toHaveProperty('inputMode');
  });

  it('keep every member there and back', () => {
    const request: Channel = {
      ChannelName: 'lines',
      DataSource: {
        S3DataSource: {
          S3DataType: 'AugmentedManifestFile',
          S3Uri: 's3://data/lines.manifest',
          S3DataDistributionType: 'ShardedByS3Key',
          AttributeNames: ['source-ref', 'label'],
        },
      },
      ContentType: 'application/x-recordio',
      CompressionType: 'Gzip',
      InputMode: 'Pipe',
      RecordWrapperType: 'RecordIO',
      ShuffleConfig: { Seed: 42 },
    };
    const channel = channelOf(request);
    expect(channel).toEqual({
      name: 'lines',
      uri: 's3://data/lines.manifest',
      contentType: 'application/x-recordio',
      compression: 'Gzip',
      inputMode: 'Pipe',
      dataType: 'AugmentedManifestFile',
      distribution: 'ShardedByS3Key',
      attributeNames: ['source-ref', 'label'],
      recordWrapper: 'RecordIO',
      shuffleSeed: 42,
    });
    if (channel !== undefined) expect(channelRequest(channel)).toEqual(request);
  });

  it('without an S3 source are faults', () => {
    const faults: ConstraintFault[] = [];
    channelOf({ DataSource: {} }, undefined, faults);
    expect(faults.map(({ path }) => path)).toEqual(['inputDataConfig.1.member.dataSource.s3DataSource']);
  });
});
