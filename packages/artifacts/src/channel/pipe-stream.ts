import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { ArtifactNotFoundError } from '../artifact-errors.js';
import type { ObjectFacts, ObjectStore } from '../object-store.js';
import { readResuming } from '../read-resuming.js';
import { augmentedManifestLines } from './augmented-manifest.js';
import { type ChannelSource, channelObjects } from './channel-objects.js';
import { recordHeader, recordPadding } from './record-io.js';
import { type HostPlace, shardOf } from './shard.js';
import { shuffled } from './shuffle.js';

/** A channel that is streamed, one pass over its data after the other. */
export interface PipedChannel extends Omit<ChannelSource, 'dataType'> {
  readonly dataType: ChannelSource['dataType'] | 'AugmentedManifestFile';
  readonly attributeNames: readonly string[];
  readonly decompress: boolean;
  readonly records: boolean;
  /** Undefined keeps the order. */
  readonly shuffleSeed: number | undefined;
}

/** What one record of the stream is made of. */
type Item = { readonly uri: string; readonly facts?: ObjectFacts } | { readonly text: string };

/** A channel's content, listed once, that can be streamed again and again. */
export interface PipeContent {
  /** How many objects, or lines of an augmented manifest, the hosts share. */
  readonly count: number;
  /** The bytes of one pass over the data. @param epoch counts passes from 0. */
  stream(epoch: number, signal: AbortSignal): Readable;
}

/**
 * Lists a piped channel. Each pass has the objects one after the other; shuffled ones in another order each time, and
 * where hosts share the data, another share.
 *
 * @throws what {@link channelObjects} throws, InvalidManifestError.
 */
export async function openPipeContent(
  store: ObjectStore,
  channel: PipedChannel,
  host: HostPlace,
): Promise<PipeContent> {
  const all = await itemGroups(store, channel);
  const ofEpoch = (epoch: number) => {
    const ordered = channel.shuffleSeed === undefined ? all : shuffled(all, channel.shuffleSeed, epoch);
    return channel.distribution === 'ShardedByS3Key' ? shardOf(ordered, host) : ordered;
  };
  return {
    count: all.length,
    stream: (epoch, signal) => Readable.from(bytesOf(store, ofEpoch(epoch), channel, signal), { objectMode: false }),
  };
}

async function itemGroups(store: ObjectStore, channel: PipedChannel): Promise<readonly (readonly Item[])[]> {
  const { dataType, uri } = channel;
  if (dataType !== 'AugmentedManifestFile') {
    const whole = { uri, dataType, distribution: 'FullyReplicated' } as const;
    const objects = await channelObjects(store, whole, { hostIndex: 0, hostCount: 1 });
    return objects.map(({ uri, sizeBytes, version }) => [{ uri, facts: { sizeBytes, version } }]);
  }
  const lines: (readonly Item[])[] = [];
  for await (const values of augmentedManifestLines(store, uri, channel.attributeNames)) {
    lines.push(values.map((value) => (value.kind === 'object' ? { uri: value.uri } : { text: value.text })));
  }
  return lines;
}

async function* bytesOf(
  store: ObjectStore,
  groups: readonly (readonly Item[])[],
  channel: PipedChannel,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (const item of groups.flat()) {
    signal.throwIfAborted();
    if ('text' in item) {
      const bytes = Buffer.from(item.text);
      yield* channel.records ? record([bytes], bytes.length, channel.uri) : [bytes];
      continue;
    }
    const facts = item.facts ?? (await store.facts(item.uri));
    if (facts === undefined) throw new ArtifactNotFoundError(item.uri);
    yield* objectBytes(readResuming(store, { uri: item.uri, ...facts }, signal), facts.sizeBytes, item.uri, channel);
  }
}

async function* objectBytes(
  body: Readable,
  sizeBytes: number,
  uri: string,
  { decompress, records }: PipedChannel,
): AsyncGenerator<Buffer> {
  try {
    if (!decompress) {
      yield* records ? record(body, sizeBytes, uri) : (body as AsyncIterable<Buffer>);
      return;
    }
    const gunzip = createGunzip();
    body.once('error', (error) => gunzip.destroy(error));
    const content = body.pipe(gunzip);
    if (!records) {
      yield* content as AsyncIterable<Buffer>;
      return;
    }
    // A record begins with its length, which only the end of the compressed bytes tells.
    const bytes = await buffer(content);
    yield* record([bytes], bytes.length, uri);
  } finally {
    body.destroy();
  }
}

async function* record(
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
  sizeBytes: number,
  uri: string,
): AsyncGenerator<Buffer> {
  yield recordHeader(sizeBytes, uri);
  yield* body;
  yield recordPadding(sizeBytes);
}
