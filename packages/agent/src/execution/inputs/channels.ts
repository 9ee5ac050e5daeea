import { type Channel, channelFaults } from '@fleetune/domain';
import { type Channel as ChannelMessage, fromChannelMessage } from '@fleetune/protocol';
import { ClientFault } from '../attempt-faults.js';
import { placeFastFiles } from './fast-file-channel.js';
import { placeFiles } from './file-channel.js';
import { asInputFault } from './input-faults.js';
import { placePipe } from './pipe-channel.js';
import { allPlaced, type ChannelPlace, type PlacedChannel, type PlacedChannels } from './placed-channels.js';

/**
 * Puts every channel below `input/data`, as its input mode says.
 *
 * @throws ClientFault naming the channel and its URI when there is nothing there; whatever was placed is given back.
 */
export async function placeChannels(channels: readonly ChannelMessage[], place: ChannelPlace): Promise<PlacedChannels> {
  const tried = await Promise.allSettled(
    channels.map(async (message) => {
      const channel = fromChannelMessage(message);
      try {
        return await placeChannel(channel, place);
      } catch (error) {
        throw asInputFault(`Channel "${channel.name}"`, error);
      }
    }),
  );
  const placed = allPlaced(tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  const failed = tried.find((one) => one.status === 'rejected');
  if (failed === undefined && !place.signal.aborted) return placed;
  await placed.release();
  throw failed === undefined ? place.signal.reason : failed.reason;
}

async function placeChannel(channel: Channel, place: ChannelPlace): Promise<PlacedChannel> {
  if (!/^[A-Za-z0-9._-]+$/.test(channel.name) || /^\.+$/.test(channel.name)) {
    throw new ClientFault('its name cannot be a folder; use letters, digits, ".", "-" and "_".');
  }
  const [fault] = channelFaults(channel);
  if (fault !== undefined) throw new ClientFault(fault);
  switch (channel.inputMode ?? 'File') {
    case 'File':
      return placeFiles(channel, place);
    case 'FastFile':
      return placeFastFiles(channel, place);
    case 'Pipe':
      return placePipe(channel, place);
  }
}
