import { ApiError, type Client } from '@fleetune/api/client';
import type { TrainingJob, TuningJob } from '@fleetune/api/contract';
import { CommandError, EXIT } from './exit-code.js';

export type FoundJob =
  | { readonly kind: 'tuning job'; readonly job: TuningJob }
  | { readonly kind: 'training job'; readonly job: TrainingJob };

/**
 * The job of that name: a tuning job if there is one, else a training job.
 *
 * @throws CommandError when there is neither.
 */
export async function findJob(client: Client, name: string): Promise<FoundJob> {
  const tuningJob = await unlessNotFound(client.tuningJob(name));
  if (tuningJob !== undefined) return { kind: 'tuning job', job: tuningJob };
  const trainingJob = await unlessNotFound(client.trainingJob(name));
  if (trainingJob !== undefined) return { kind: 'training job', job: trainingJob };
  throw new CommandError(EXIT.failed, `There is no tuning job and no training job named "${name}". See: fleetune ls`);
}

async function unlessNotFound<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
