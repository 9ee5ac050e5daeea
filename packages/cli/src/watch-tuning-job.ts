import { setTimeout as delay } from 'node:timers/promises';
import { type Client, ServerUnreachableError } from '@fleetune/api/client';
import type { TrainingJob, TuningJob } from '@fleetune/api/contract';
import { isTerminalTuningJobStatus } from '@fleetune/domain';

/** A look at a tuning job, or why the look failed. */
export type Sighting =
  | { readonly kind: 'seen'; readonly job: TuningJob; readonly running: readonly TrainingJob[] }
  | { readonly kind: 'unreachable'; readonly message: string };

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly everyMs?: number;
  /** How long a server may be away (a restart, a network that flaps) before the watch gives up. */
  readonly patienceMs?: number;
  /** How many running training jobs to fetch with each look; 0 saves the call. */
  readonly runningShown?: number;
}

/**
 * Looks at a tuning job until it has ended or the signal says so. The last sighting of an ended job is its end.
 *
 * @throws ServerUnreachableError when the server stays away longer than the patience; ApiError as it comes.
 */
export async function* watchTuningJob(client: Client, name: string, options: WatchOptions): AsyncGenerator<Sighting> {
  const { signal, everyMs = 250, patienceMs = 60_000, runningShown = 0 } = options;
  let lostSince: number | undefined;
  while (!signal.aborted) {
    try {
      const job = await client.tuningJob(name);
      lostSince = undefined;
      const ended = isTerminalTuningJobStatus(job.status);
      yield { kind: 'seen', job, running: ended ? [] : await runningJobs(client, name, runningShown) };
      if (ended) return;
    } catch (error) {
      if (!(error instanceof ServerUnreachableError)) throw error;
      lostSince ??= performance.now();
      if (performance.now() - lostSince > patienceMs) throw error;
      yield { kind: 'unreachable', message: `${error.message} Asking again.` };
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function runningJobs(client: Client, tuningJobName: string, count: number): Promise<readonly TrainingJob[]> {
  if (count === 0) return [];
  const page = await client.listTrainingJobs({
    ...{ tuningJobName, status: 'InProgress', maxResults: Math.min(count, 100) },
    ...{ sortBy: 'CreationTime', sortOrder: 'Ascending' },
  });
  return page.trainingJobs;
}
