import type { Database } from './database.js';
import type { StoredTrainingJob } from './jobs.js';

/** The folds of cross-validated training jobs, in their order, ended or not. */
export async function listFolds(database: Database, parentIds: readonly string[]): Promise<StoredTrainingJob[]> {
  if (parentIds.length === 0) return [];
  return database.query
    .selectFrom('training_jobs')
    .selectAll()
    .where('parent_id', 'in', [...parentIds])
    .orderBy('fold_position')
    .execute();
}
