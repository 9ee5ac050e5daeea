import { sql } from 'kysely';
import type { Database } from './database.js';

export type JobTable = 'training_jobs' | 'tuning_jobs';

/**
 * Replaces all tags of a job.
 *
 * @param known the tags that the row is believed to have; null for those of its tuning job.
 * @returns false, with nothing changed, when it has others by now.
 */
export async function replaceJobTags(
  database: Database,
  table: JobTable,
  id: string,
  known: Readonly<Record<string, string>> | null,
  tags: Readonly<Record<string, string>>,
): Promise<boolean> {
  const result = await database.query
    .updateTable(table)
    .set({ tags: JSON.stringify(tags) })
    .where('id', '=', id)
    .where(sql<boolean>`tags IS NOT DISTINCT FROM ${known === null ? null : JSON.stringify(known)}::jsonb`)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Keeps the wish that a job stop. @returns false when it has ended. */
export async function markStopRequested(database: Database, table: JobTable, id: string, now: Date): Promise<boolean> {
  const result = await database.query
    .updateTable(table)
    .set({ stop_requested_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Hides a job that has ended. @returns false when it has not ended. */
export async function markJobDeleted(database: Database, table: JobTable, id: string, now: Date): Promise<boolean> {
  const result = await database.query
    .updateTable(table)
    .set({ deleted_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is not', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Removes the log and the metrics of a training job. */
export async function deleteTrainingJobRecords(database: Database, trainingJobId: string): Promise<void> {
  await database.query.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('metric_points').where('training_job_id', '=', trainingJobId).execute();
    await transaction.deleteFrom('log_chunks').where('training_job_id', '=', trainingJobId).execute();
  });
}
