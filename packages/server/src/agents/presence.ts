import { type Database, recordSeen } from '@fleetune/store';

export interface PresenceParts {
  readonly database: Database;
  /** Ids of the agents that are there now. */
  readonly present: () => readonly string[];
  readonly nowMs: () => number;
  readonly everyMs: number;
  readonly warn: (message: string, error: unknown) => void;
}

/** Writes down now and then which agents are there, so that it is known later when one was seen last. */
export function recordPresence({ database, present, nowMs, everyMs, warn }: PresenceParts): { stop(): Promise<void> } {
  let recording: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A database that is slow is not asked for more.
    recording ??= recordSeen(database, present(), new Date(nowMs()))
      .catch((error: unknown) => warn('It could not be written down which agents are there.', error))
      .finally(() => {
        recording = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await recording;
    },
  };
}
