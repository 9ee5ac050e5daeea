import type { CachedData, ChannelCache, HostPlace, ObjectStore } from '@fleetune/artifacts';
import type { TrainingPaths } from '../contract/attempt-folder.js';
import type { ChannelMount } from '../sandbox/sandbox.js';

/** Where an attempt's channels are put, and with what. */
export interface ChannelPlace {
  readonly stores: ObjectStore;
  readonly cache: ChannelCache;
  readonly paths: TrainingPaths;
  /** A folder of this attempt's that the program does not see; made when it is needed. */
  readonly privateFolder: string;
  /** Whether the sandbox can show host paths read-only; else large local data is reached through links, or copied. */
  readonly canMount: boolean;
  /** Whose job it is. */
  readonly tenant: string;
  readonly host: HostPlace;
  readonly signal: AbortSignal;
  /** Tells the job's author something, in the job's log. */
  note(text: string): void;
}

/** A channel that is ready for the program, and what has to be done for it while the program runs and after. */
export interface PlacedChannel {
  readonly mounts: readonly ChannelMount[];
  /** Begins to feed a pipe. @param onFault told once when the data ends before its time. */
  feed?(onFault: (error: unknown) => void): void;
  /** Gives back what the program does not need any more. Never rejects. */
  release?(): Promise<void>;
}

export interface PlacedChannels {
  readonly mounts: readonly ChannelMount[];
  feed(onFault: (error: unknown) => void): void;
  release(): Promise<void>;
}

export function allPlaced(channels: readonly PlacedChannel[]): PlacedChannels {
  return {
    mounts: channels.flatMap(({ mounts }) => mounts),
    feed(onFault) {
      for (const channel of channels) channel.feed?.(onFault);
    },
    async release() {
      await Promise.all(channels.map((channel) => channel.release?.()));
    },
  };
}

export function releaseOf(data: CachedData): () => Promise<void> {
  return async () => data.release();
}
