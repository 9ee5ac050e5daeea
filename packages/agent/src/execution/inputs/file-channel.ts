import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, stat, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { downloadEntries, type ObjectEntry } from '@fleetune/artifacts';
import type { Channel } from '@fleetune/domain';
import { isWholePrefix, objectsOf } from './channel-source.js';
import { ChannelMissingFault } from './input-faults.js';
import { copyAll, type LocalFile, placeAll } from './local-files.js';
import { type ChannelPlace, type PlacedChannel, releaseOf } from './placed-channels.js';

/** Data up to this size is copied, so that programs may change it; more is shown read-only where it lies. */
const COPY_UP_TO_BYTES = 16 * 1024 * 1024;
const COPY_UP_TO_FILES = 256;

/** Puts a channel at `input/data/<name>`: complete, copied where it is small, and shown read-only where it is large. */
export async function placeFiles(channel: Channel, place: ChannelPlace): Promise<PlacedChannel> {
  const local = isWholePrefix(channel) ? await place.stores.localPath(channel.uri) : undefined;
  if (local !== undefined) return placeLocal(channel, local, place);
  return placeCached(channel, await objectsOf(channel, place), place);
}

async function placeLocal(channel: Channel, local: string, place: ChannelPlace): Promise<PlacedChannel> {
  const { canMount, paths, signal } = place;
  const folder = join(paths.inputData, channel.name);
  const isFolder = (await stat(local)).isDirectory();
  const files: LocalFile[] = [];
  let bytes = 0;
  for await (const { name, sizeBytes } of place.stores.list(channel.uri)) {
    files.push({ name, path: isFolder ? join(local, name) : local });
    bytes += sizeBytes;
    // Not looked through to its end: it may be very large.
    if (canMount && !isSmall(files.length, bytes)) return mounted(channel.name, local, isFolder, folder);
  }
  if (files.length === 0) throw new ChannelMissingFault(channel.name, channel.uri);
  // Links to each file and not to the folder, so that what the program adds or removes does not reach the source.
  await (bytes > COPY_UP_TO_BYTES ? placeAll(files, folder, signal, symlink) : copyAll(files, folder, signal));
  return { mounts: [] };
}

async function placeCached(
  channel: Channel,
  objects: readonly ObjectEntry[],
  place: ChannelPlace,
): Promise<PlacedChannel> {
  const { cache, canMount, paths, signal, tenant } = place;
  const folder = join(paths.inputData, channel.name);
  const decompress = channel.compression === 'Gzip';
  await mkdir(folder, { recursive: true });
  const data = await cache.acquire({ tenant, uri: channel.uri, objects, decompress }, signal);
  if (data === undefined) {
    await downloadEntries(place.stores, objects, folder, { signal, ...(decompress ? { convert: gunzipped } : {}) });
    return { mounts: [] };
  }
  if (canMount && !isSmall(data.files.length, data.sizeBytes)) {
    return { mounts: [{ source: data.folder, target: `input/data/${channel.name}` }], release: releaseOf(data) };
  }
  const files: LocalFile[] = data.files.map(({ name }) => ({ name, path: join(data.folder, name) }));
  await copyAll(files, folder, signal).finally(() => data.release());
  return { mounts: [] };
}

function isSmall(files: number, bytes: number): boolean {
  return bytes <= COPY_UP_TO_BYTES && files <= COPY_UP_TO_FILES;
}

function gunzipped(entry: ObjectEntry, body: Readable) {
  const gunzip = createGunzip();
  body.once('error', (error) => gunzip.destroy(error));
  return { name: entry.name.replace(/\.gz$/, ''), body: body.pipe(gunzip) };
}

/** Shows a file or folder of this machine, on an empty one that it makes. */
export function mounted(channelName: string, source: string, isFolder: boolean, folder: string): PlacedChannel {
  mkdirSync(folder, { recursive: true });
  const target = `input/data/${channelName}`;
  if (isFolder) return { mounts: [{ source, target }] };
  writeFileSync(join(folder, basename(source)), '');
  return { mounts: [{ source, target: `${target}/${basename(source)}` }] };
}
