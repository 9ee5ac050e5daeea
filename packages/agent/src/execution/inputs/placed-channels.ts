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
  /** Whether the program can read what only this process's user may: views of remote data, where that is not root. */
  readonly isOwnUser: boolean;
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
  /** Its data comes through this process, and ends with it. */
  readonly needsAgent?: boolean;
  /** Begins to feed a pipe. @param onFault told once when the data ends before its time. */
  feed?(onFault: (error: unknown) => void): void;
  /** Gives back what the program does not need any more. Never rejects. */
  release?(): Promise<void>;
}

export interface PlacedChannels {
  readonly mounts: readonly ChannelMount[];
  readonly needsAgent: boolean;
  feed(onFault: (error: unknown) => void): void;
  release(): Promise<void>;
}

export function allPlaced(channels: readonly PlacedChannel[]): PlacedChannels {
  return {
    mounts: channels.flatMap(({ mounts }) => mounts),
    needsAgent: channels.some(({ needsAgent }) => needsAgent === true),
    feed(onFault) {
      for (const channel of channels) channel.feed?.(onFault);
    },
    async release() {
      await Promise.all(channels.map((channel) => channel.release?.()));
    },
  };
}

/** What the program of an earlier agent process reads, kept where it is. */
export function heldFolders(folders: readonly string[], cache: ChannelCache): PlacedChannels {
  const releases = folders.map((folder) => cache.hold(folder));
  const release = async () => {
    for (const giveBack of releases) giveBack();
  };
  return allPlaced([{ mounts: [], release }]);
}

export function releaseOf(data: CachedData): () => Promise<void> {
  return async () => data.release();
}
