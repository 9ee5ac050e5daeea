import { type ChannelSource, channelObjects, type ObjectEntry } from '@fleetune/artifacts';
import type { Channel } from '@fleetune/domain';
import { ClientFault } from '../attempt-faults.js';
import { ChannelMissingFault } from './input-faults.js';
import type { ChannelPlace } from './placed-channels.js';

/** @throws ClientFault for an augmented manifest, which is no list of files. */
function fileSource(channel: Channel): ChannelSource {
  const { dataType = 'S3Prefix', distribution = 'FullyReplicated', uri } = channel;
  if (dataType === 'AugmentedManifestFile') throw new ClientFault('an augmented manifest can only be piped.');
  return { uri, dataType, distribution };
}

/** True when a channel is what lies under its URI, all of it and as it is. */
export function isWholePrefix(channel: Channel): boolean {
  const { dataType, distribution } = fileSource(channel);
  return dataType === 'S3Prefix' && distribution === 'FullyReplicated' && channel.compression === 'None';
}

/**
 * The objects that this host gets.
 *
 * @throws ChannelMissingFault when there are none at all; fewer objects than hosts leave some hosts without.
 */
export async function objectsOf(channel: Channel, { stores, host }: ChannelPlace): Promise<readonly ObjectEntry[]> {
  const objects = await channelObjects(stores, fileSource(channel), host);
  if (objects.length === 0 && (host.hostCount === 1 || channel.distribution !== 'ShardedByS3Key')) {
    throw new ChannelMissingFault(channel.name, channel.uri);
  }
  return objects;
}
