import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Channel } from '@fleetune/domain';
import type { Channel as ChannelMessage, ChannelSchema } from './generated/fleetune/agent/v1/agent_pb.js';
import { fromInt64, toInt64 } from './int64.js';

export function toChannelMessage(channel: Channel): MessageInitShape<typeof ChannelSchema> {
  return {
    name: channel.name,
    uri: channel.uri,
    contentType: channel.contentType ?? '',
    compression: channel.compression,
    inputMode: channel.inputMode ?? '',
    dataType: channel.dataType ?? '',
    distribution: channel.distribution ?? '',
    attributeNames: [...(channel.attributeNames ?? [])],
    recordWrapper: channel.recordWrapper ?? '',
    ...(channel.shuffleSeed === undefined ? {} : { shuffleSeed: toInt64(channel.shuffleSeed) }),
  };
}

/** What a later version may say and this one does not know reads as the default. */
export function fromChannelMessage(message: ChannelMessage): Channel {
  const inputMode = oneOf(['File', 'FastFile', 'Pipe'], message.inputMode);
  const dataType = oneOf(['S3Prefix', 'ManifestFile', 'AugmentedManifestFile'], message.dataType);
  const distribution = oneOf(['FullyReplicated', 'ShardedByS3Key'], message.distribution);
  const recordWrapper = oneOf(['None', 'RecordIO'], message.recordWrapper);
  return {
    name: message.name,
    uri: message.uri,
    ...(message.contentType === '' ? {} : { contentType: message.contentType }),
    compression: message.compression === 'Gzip' ? 'Gzip' : 'None',
    ...(inputMode === undefined ? {} : { inputMode }),
    ...(dataType === undefined ? {} : { dataType }),
    ...(distribution === undefined ? {} : { distribution }),
    ...(message.attributeNames.length === 0 ? {} : { attributeNames: [...message.attributeNames] }),
    ...(recordWrapper === undefined ? {} : { recordWrapper }),
    ...(message.shuffleSeed === undefined ? {} : { shuffleSeed: fromInt64(message.shuffleSeed) }),
  };
}

function oneOf<Name extends string>(names: readonly Name[], text: string): Name | undefined {
  return names.find((name) => name === text);
}
