export { createTarGz, extractTarGz } from './archive.js';
export * from './artifact-errors.js';
export type { CacheRequest } from './cache/cache-entry.js';
export {
  type CachedData,
  type CacheStatistics,
  ChannelCache,
  type ChannelCacheOptions,
} from './cache/channel-cache.js';
export { type ChannelSource, channelObjects } from './channel/channel-objects.js';
export { openPipeContent, type PipeContent, type PipedChannel } from './channel/pipe-stream.js';
export { type HostPlace, shardOf } from './channel/shard.js';
export type { CheckpointOwner } from './checkpoint/checkpoint-layout.js';
export {
  CheckpointSupersededError,
  CheckpointSync,
  type CheckpointSyncOptions,
  type CheckpointTimer,
  type FlushOutcome,
} from './checkpoint/checkpoint-sync.js';
export type { RestoredCheckpoint } from './checkpoint/restore-checkpoint.js';
export { type DownloadOptions, downloadEntries, downloadPrefix, uploadFolder } from './folder-transfer.js';
export type { LazyMount } from './lazy-mount/lazy-mount.js';
export { unmountBelow } from './lazy-mount/rclone-mount.js';
export type { GetOptions, ObjectBody, ObjectEntry, ObjectFacts, ObjectStore, PutOptions } from './object-store.js';
export { formatObjectUri, joinUri, type ObjectUri, parseObjectUri } from './object-uri.js';
export { openObjectStores, type S3Settings } from './open-object-stores.js';
export type { S3Endpoint } from './s3-endpoint.js';
