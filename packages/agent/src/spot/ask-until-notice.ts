import { setTimeout as pause } from 'node:timers/promises';
import type { SpotNotice } from './spot-notices.js';

/** A metadata service is on the same machine, or it is not there. */
const ANSWER_TIMEOUT_MS = 5_000;

interface Asking {
  /** One look at the source; undefined while there is nothing to tell. Aborted with `signal`. */
  readonly ask: (signal: AbortSignal) => Promise<SpotNotice | undefined>;
  readonly everyMs: number;
  /** Longest time for one look. Default 5 s. */
  readonly timeoutMs?: number;
  readonly onSilent?: ((error: unknown) => void) | undefined;
}

/** Asks again and again, through every failure, until there is a notice or `signal` ends it. */
export async function askUntilNotice(
  { ask, everyMs, timeoutMs = ANSWER_TIMEOUT_MS, onSilent }: Asking,
  signal: AbortSignal,
): Promise<SpotNotice | undefined> {
  let isSilent = false;
  while (!signal.aborted) {
    try {
      const notice = await ask(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      if (notice !== undefined) return notice;
      isSilent = false;
    } catch (error) {
      if (!isSilent && !signal.aborted) onSilent?.(error);
      isSilent = true;
    }
    await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return undefined;
}

/** While the agent can still ask, the machine lives: a few seconds are worth a try. */
const LEAST_SECONDS = 5;

/** Seconds from now to a moment that a cloud named; few for one that is over or is not named. */
export function secondsUntil(moment: string, nowMs: number): number {
  const atMs = Date.parse(moment);
  return Number.isFinite(atMs) ? Math.max(LEAST_SECONDS, (atMs - nowMs) / 1000) : LEAST_SECONDS;
}

/** The service answered, and not with what was asked for. */
export class MetadataServiceError extends Error {
  override readonly name = 'MetadataServiceError';
  constructor(url: string, status: number) {
    super(`The metadata service answered ${url} with HTTP ${status}; is this the machine's cloud?`);
  }
}
