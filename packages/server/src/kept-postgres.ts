import { type EmbeddedPostgres, startEmbeddedPostgres } from '@fleetune/store';
import type { Logger } from 'pino';

export interface KeptPostgres {
  readonly url: string;
  readonly startupMs: number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

/**
 * The embedded PostgreSQL, started again when it ends by itself (killed for memory, say). It keeps its port, so everybody
 * who lost a connection finds it at the same URL.
 */
export async function keepEmbeddedPostgres(dataDirectory: string, log: Logger): Promise<KeptPostgres> {
  const start = () => startEmbeddedPostgres({ dataDirectory, log });
  let postgres = await start();
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(async () => {
      if (!isAlive(postgres)) postgres = await restart(postgres, start, log);
    });
  }, LOOK_EVERY_MS);
  return {
    url: postgres.url(),
    startupMs: postgres.startupMs,
    async stop() {
      clearInterval(timer);
      await looking;
      await postgres.stop();
    },
  };
}

/** @returns the old one when it cannot be started now: the next look tries again. */
async function restart(
  ended: EmbeddedPostgres,
  start: () => Promise<EmbeddedPostgres>,
  log: Logger,
): Promise<EmbeddedPostgres> {
  log.error('The embedded PostgreSQL ended by itself; starting it again.');
  try {
    await ended.stop();
    return await start();
  } catch (error) {
    log.error({ err: error }, 'The embedded PostgreSQL could not be started again; it is tried once more.');
    return ended;
  }
}

function isAlive({ pid }: EmbeddedPostgres): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
