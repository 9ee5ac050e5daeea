import { constants, mkdirSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { downloadPrefix, type ObjectEntry, type ObjectStore } from '@fleetune/artifacts';
import type { Channel } from '@fleetune/protocol';
import { ClientFault } from '../attempt-faults.js';
import type { TrainingPaths } from '../contract/attempt-folder.js';
import type { ChannelMount } from '../sandbox/sandbox.js';
import { asInputFault, ChannelMissingFault } from './input-faults.js';

/** Local data up to this size is copied, so that programs may change it; more is shown read-only where it lies. */
const COPY_UP_TO_BYTES = 16 * 1024 * 1024;
const COPY_UP_TO_FILES = 256;

/**
 * Puts every channel at `input/data/<name>`: downloaded, copied, or with large local data not moved at all.
 *
 * @param canMount whether the sandbox can show host paths read-only; else large local data is reached through links.
 * @returns what the sandbox has to mount.
 * @throws ClientFault naming the channel and its URI when there is nothing there.
 */
export async function placeChannels(
  store: ObjectStore,
  channels: readonly Channel[],
  paths: TrainingPaths,
  canMount: boolean,
  signal: AbortSignal,
): Promise<ChannelMount[]> {
  const placed = await Promise.all(
    channels.map(async (channel) => {
      try {
        return await placeChannel(store, channel, paths, canMount, signal);
      } catch (error) {
        throw asInputFault(`Channel "${channel.name}"`, error);
      }
    }),
  );
  return placed.flat();
}

async function placeChannel(
  store: ObjectStore,
  channel: Channel,
  paths: TrainingPaths,
  canMount: boolean,
  signal: AbortSignal,
): Promise<ChannelMount[]> {
  if (!/^[A-Za-z0-9._-]+$/.test(channel.name) || /^\.+$/.test(channel.name)) {
    throw new ClientFault('its name cannot be a folder; use letters, digits, ".", "-" and "_".');
  }
  const folder = join(paths.inputData, channel.name);
  const local = channel.compression === 'Gzip' ? undefined : await store.localPath(channel.uri);
  if (local === undefined) {
    await mkdir(folder, { recursive: true });
    const count = await downloadPrefix(store, channel.uri, folder, {
      signal,
      ...(channel.compression === 'Gzip' ? { convert: gunzipped } : {}),
    });
    if (count === 0) throw new ChannelMissingFault(channel.name, channel.uri);
    return [];
  }

  const entries: LocalEntry[] = [];
  let bytes = 0;
  const isFolder = (await stat(local)).isDirectory();
  for await (const entry of store.list(channel.uri)) {
    entries.push({ name: entry.name, path: isFolder ? join(local, entry.name) : local });
    bytes += entry.sizeBytes;
    if (canMount && (bytes > COPY_UP_TO_BYTES || entries.length > COPY_UP_TO_FILES)) {
      return [mountOf(channel.name, local, isFolder, folder)];
    }
  }
  if (entries.length === 0) throw new ChannelMissingFault(channel.name, channel.uri);
  await (bytes > COPY_UP_TO_BYTES ? linkAll : copyAll)(entries, folder, signal);
  return [];
}

function gunzipped(entry: ObjectEntry, body: NodeJS.ReadableStream) {
  const gunzip = createGunzip();
  body.once('error', (error) => gunzip.destroy(error));
  return { name: entry.name.replace(/\.gz$/, ''), body: body.pipe(gunzip) };
}

function mountOf(channelName: string, local: string, isFolder: boolean, folder: string): ChannelMount {
  mkdirSync(folder, { recursive: true });
  const target = `input/data/${channelName}`;
  if (isFolder) return { source: local, target };
  writeFileSync(join(folder, basename(local)), '');
  return { source: local, target: `${target}/${basename(local)}` };
}

interface LocalEntry {
  readonly name: string;
  readonly path: string;
}

async function copyAll(entries: readonly LocalEntry[], folder: string, signal: AbortSignal): Promise<void> {
  await intoFolders(entries, folder, signal, (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** Links each file and not the folder, so that what the program adds or removes does not reach the source. */
async function linkAll(entries: readonly LocalEntry[], folder: string, signal: AbortSignal): Promise<void> {
  await intoFolders(entries, folder, signal, symlink);
}

async function intoFolders(
  entries: readonly LocalEntry[],
  folder: string,
  signal: AbortSignal,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const made = new Set<string>();
  for (const { name, path } of entries) {
    signal.throwIfAborted();
    const target = join(folder, name);
    if (!made.has(dirname(target))) {
      made.add(dirname(target));
      await mkdir(dirname(target), { recursive: true });
    }
    await place(path, target);
  }
}
