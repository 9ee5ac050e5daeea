import { join } from 'node:path';
import { openPipeContent } from '@fleetune/artifacts';
import type { Channel } from '@fleetune/domain';
import { asInputFault, ChannelMissingFault } from './input-faults.js';
import { PipeFeeder } from './pipe-feeder.js';
import type { ChannelPlace, PlacedChannel } from './placed-channels.js';

/** Puts the FIFOs of a channel at `input/data/<name>_0`, `_1` and so on, one for each pass over its data. */
export async function placePipe(channel: Channel, place: ChannelPlace): Promise<PlacedChannel> {
  const content = await openPipeContent(
    place.stores,
    {
      uri: channel.uri,
      dataType: channel.dataType ?? 'S3Prefix',
      distribution: channel.distribution ?? 'FullyReplicated',
      attributeNames: channel.attributeNames ?? [],
      decompress: channel.compression === 'Gzip',
      records: channel.recordWrapper === 'RecordIO',
      shuffleSeed: channel.shuffleSeed,
    },
    place.host,
  );
  if (content.count === 0) throw new ChannelMissingFault(channel.name, channel.uri);
  const feeder = new PipeFeeder(content, {
    root: place.paths.root,
    shownIn: place.paths.inputData,
    privateFolder: join(place.privateFolder, 'pipes'),
    name: channel.name,
  });
  await feeder.prepare();
  return {
    mounts: [],
    needsAgent: true,
    feed: (onFault) => feeder.start((error) => onFault(asInputFault(`Channel "${channel.name}"`, error))),
    release: () => feeder.stop(),
  };
}
