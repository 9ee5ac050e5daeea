import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LazyMount } from '@fleetune/artifacts';
import type { Channel } from '@fleetune/domain';
import { isWholePrefix } from './channel-source.js';
import { mounted, placeFiles } from './file-channel.js';
import type { ChannelPlace, PlacedChannel } from './placed-channels.js';

/**
 * Shows a channel at `input/data/<name>`, read-only, without fetching it first. Where that cannot be done it is placed
 * as in File mode, and the job's log says why.
 */
export async function placeFastFiles(channel: Channel, place: ChannelPlace): Promise<PlacedChannel> {
  const local = isWholePrefix(channel) ? await place.stores.localPath(channel.uri) : undefined;
  if (local !== undefined) {
    if (!place.canMount) return placeFiles(channel, place);
    return mounted(channel.name, local, (await stat(local)).isDirectory(), join(place.paths.inputData, channel.name));
  }
  const folder = place.canMount
    ? join(place.privateFolder, 'lazy', channel.name)
    : join(place.paths.inputData, channel.name);
  const view = await lazyView(channel, folder, place);
  if (view.kind === 'unavailable') {
    place.note(
      `Channel "${channel.name}" is fetched before the program starts, because it cannot be shown without a download: ${view.because}.`,
    );
    return placeFiles(channel, place);
  }
  await mkdir(join(place.paths.inputData, channel.name), { recursive: true });
  return {
    mounts: place.canMount ? [{ source: folder, target: `input/data/${channel.name}` }] : [],
    needsAgent: true,
    release: view.unmount,
  };
}

async function lazyView(channel: Channel, folder: string, place: ChannelPlace): Promise<LazyMount> {
  if (!isWholePrefix(channel)) {
    return { kind: 'unavailable', because: 'it is a choice of objects, by a manifest or a share of the keys' };
  }
  if (!place.isOwnUser && process.getuid?.() !== 0) {
    return { kind: 'unavailable', because: 'the container engine may not read what an ordinary user shows' };
  }
  await mkdir(folder, { recursive: true });
  return place.stores.mount(channel.uri, folder);
}
