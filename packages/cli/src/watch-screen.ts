import { setTimeout as delay } from 'node:timers/promises';
import { ServerUnreachableError } from '@fleetune/api/client';
import { createLogUpdate } from 'log-update';
import type { CommandContext } from './command-context.js';

/** What a look gives, for people and for programs. */
export interface Look {
  readonly text: string;
  readonly document: unknown;
  /** Nothing more is to come. */
  readonly ended: boolean;
}

interface WatchScreenOptions {
  readonly json?: boolean | undefined;
  readonly everyMs?: number;
  /** How long a server may be away before the watch gives up. */
  readonly patienceMs?: number;
}

/**
 * Shows what a look gives, again and again, until nothing more is to come or Ctrl-C. A terminal is drawn over; elsewhere
 * what has changed is written below, as JSON one document a line.
 *
 * @throws ServerUnreachableError when the server stays away longer than the patience; other errors as they come.
 */
export async function watchScreen(
  context: CommandContext,
  look: () => Promise<Look>,
  { json = false, everyMs = 1_000, patienceMs = 60_000 }: WatchScreenOptions,
): Promise<void> {
  const { terminal } = context;
  const draw = terminal.live && !json ? createLogUpdate(terminal.err as NodeJS.WriteStream) : undefined;
  const interrupted = new AbortController();
  const unlisten = terminal.onInterrupt(() => interrupted.abort());
  let shown = '';
  let lostSinceMs: number | undefined;
  try {
    while (!interrupted.signal.aborted) {
      try {
        const { text, document, ended } = await look();
        lostSinceMs = undefined;
        const state = json ? JSON.stringify(document) : text;
        if (draw !== undefined) draw(text);
        else if (state !== shown) json ? context.json(document) : context.print(text);
        shown = state;
        if (ended) return;
      } catch (error) {
        if (!(error instanceof ServerUnreachableError)) throw error;
        lostSinceMs ??= performance.now();
        if (performance.now() - lostSinceMs > patienceMs) throw error;
        if (draw === undefined) context.note(`${error.message} Asking again.`);
        else draw(`${shown}\n${terminal.colors.yellow(`${error.message} Asking again.`)}`);
      }
      await delay(everyMs, undefined, { signal: interrupted.signal }).catch(() => undefined);
    }
  } finally {
    draw?.done();
    unlisten();
  }
}
