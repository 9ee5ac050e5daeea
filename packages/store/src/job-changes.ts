import type { Database } from './database.js';

export type JobTable = 'training_jobs' | 'tuning_jobs';

/** Replaces all tags of a job. */
export async function setJobTags(
  database: Database,
  table: JobTable,
  id: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await database.query
    .updateTable(table)
    .set({ tags: JSON.stringify(tags) })
    .where('id', '=', id)
    .execute();
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
