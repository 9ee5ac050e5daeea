import { describe, expect, it } from 'vitest';
import { type Channel, channelFaults } from './channel.js';

const TRAIN: Channel = { name: 'train', uri: 's3://data/train', compression: 'None' };

describe('channelFaults', () => {
  it.each<[string, Partial<Channel>]>([
    ['files', {}],
    ['a compressed channel of files', { compression: 'Gzip' }],
    ['a shuffled pipe of records', { inputMode: 'Pipe', recordWrapper: 'RecordIO', shuffleSeed: 1 }],
    ['a share of a manifest', { inputMode: 'FastFile', dataType: 'ManifestFile', distribution: 'ShardedByS3Key' }],
    [
      'a piped augmented manifest',
      { inputMode: 'Pipe', dataType: 'AugmentedManifestFile', attributeNames: ['source-ref'] },
    ],
  ])('finds nothing wrong with %s', (_what, change) => {
    expect(channelFaults({ ...TRAIN, ...change })).toEqual([]);
  });

  it.each<[string, Partial<Channel>, RegExp]>([
    [
      'an augmented manifest as files',
      { dataType: 'AugmentedManifestFile', attributeNames: ['a'] },
      /InputMode must be Pipe/,
    ],
    [
      'an augmented manifest of nothing',
      { dataType: 'AugmentedManifestFile', inputMode: 'Pipe' },
      /AttributeNames must say/,
    ],
    ['attributes of a prefix', { attributeNames: ['a'] }, /leave them out/],
    ['records in files', { recordWrapper: 'RecordIO' }, /leave RecordWrapperType out in File mode/],
    ['compressed objects shown as they are', { compression: 'Gzip', inputMode: 'FastFile' }, /use File or Pipe/],
  ])('refuses %s', (_what, change, fault) => {
    expect(channelFaults({ ...TRAIN, ...change }).join(' ')).toMatch(fault);
  });
});
