import type { Channel, S3DataSource, TrainingInputMode } from '@aws-sdk/client-sagemaker';
import type { ChannelDataType, Channel as DomainChannel } from '@fleetune/domain';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

/**
 * @param defaultMode the input mode of channels that name none.
 * @param path of the list, for faults.
 */
export function channelsOf(
  channels: readonly Validated<Channel>[],
  defaultMode: TrainingInputMode | undefined,
  path: string,
  faults: ConstraintFault[],
): readonly DomainChannel[] {
  return channels.map((channel, index) => {
    const sourcePath = joinPath(elementPath(path, index), 'dataSource.s3DataSource');
    const source = channel.DataSource.S3DataSource;
    if (source === undefined)
      faults.push({ path: sourcePath, value: undefined, constraint: 'Member must not be null' });
    const inputMode = channel.InputMode ?? defaultMode ?? 'File';
    return {
      name: channel.ChannelName,
      uri: source === undefined ? '' : storageUri(source.S3Uri, joinPath(sourcePath, 's3Uri'), faults),
      ...(channel.ContentType ? { contentType: channel.ContentType } : {}),
      compression: channel.CompressionType ?? 'None',
      ...(inputMode === 'File' ? {} : { inputMode }),
      ...(source === undefined ? {} : choiceOfObjects(source)),
      ...(channel.RecordWrapperType === 'RecordIO' ? { recordWrapper: 'RecordIO' } : {}),
      ...(channel.ShuffleConfig === undefined ? {} : { shuffleSeed: channel.ShuffleConfig.Seed }),
    };
  });
}

function choiceOfObjects({
  S3DataType: dataType,
  S3DataDistributionType: distribution,
  AttributeNames: attributeNames = [],
}: Validated<S3DataSource>): Pick<DomainChannel, 'dataType' | 'distribution' | 'attributeNames'> {
  return {
    ...(dataType === 'S3Prefix' ? {} : { dataType: dataType as ChannelDataType }),
    ...(distribution === 'ShardedByS3Key' ? { distribution } : {}),
    ...(attributeNames.length === 0 ? {} : { attributeNames }),
  };
}

/** The request that would have asked for `channel`. */
export function channelRequest(channel: DomainChannel): Channel {
  return {
    ChannelName: channel.name,
    DataSource: {
      S3DataSource: {
        S3DataType: channel.dataType ?? 'S3Prefix',
        S3Uri: channel.uri,
        S3DataDistributionType: channel.distribution ?? 'FullyReplicated',
        ...(channel.attributeNames === undefined ? {} : { AttributeNames: [...channel.attributeNames] }),
      },
    },
    CompressionType: channel.compression,
    ...(channel.contentType === undefined ? {} : { ContentType: channel.contentType }),
    ...(channel.inputMode === undefined ? {} : { InputMode: channel.inputMode }),
    ...(channel.recordWrapper === undefined ? {} : { RecordWrapperType: channel.recordWrapper }),
    ...(channel.shuffleSeed === undefined ? {} : { ShuffleConfig: { Seed: channel.shuffleSeed } }),
  };
}

/** The API model lets `https://` through, where nothing of Fleetune's can write and little can read. */
export function storageUri(uri: string, path: string, faults: ConstraintFault[]): string {
  if (!/^(s3|file):\/\//.test(uri)) {
    faults.push({ path, value: uri, constraint: 'Member must begin with s3:// or file://' });
  }
  return uri;
}
