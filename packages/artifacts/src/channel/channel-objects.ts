import type { ObjectEntry, ObjectStore } from '../object-store.js';
import { manifestObjects } from './manifest.js';
import { type HostPlace, shardOf } from './shard.js';

/** Where the objects of a channel are said to be. */
export interface ChannelSource {
  readonly uri: string;
  readonly dataType: 'S3Prefix' | 'ManifestFile';
  readonly distribution: 'FullyReplicated' | 'ShardedByS3Key';
}

/**
 * The objects of a channel that one host gets, in the order of the manifest, else of their keys. Empty when there are
 * none, or none for this host.
 *
 * @throws InvalidManifestError, ArtifactNotFoundError naming the manifest or one of its objects.
 */
export async function channelObjects(
  store: ObjectStore,
  source: ChannelSource,
  host: HostPlace,
): Promise<readonly ObjectEntry[]> {
  const all =
    source.dataType === 'ManifestFile'
      ? await manifestObjects(store, source.uri)
      : (await listed(store, source.uri)).sort(byKey);
  return source.distribution === 'ShardedByS3Key' ? shardOf(all, host) : all;
}

async function listed(store: ObjectStore, prefixUri: string): Promise<ObjectEntry[]> {
  const entries: ObjectEntry[] = [];
  for await (const entry of store.list(prefixUri)) entries.push(entry);
  return entries;
}

/** As S3 orders keys: by their bytes. */
function byKey(one: ObjectEntry, other: ObjectEntry): number {
  return Buffer.compare(Buffer.from(one.uri), Buffer.from(other.uri));
}
