import { readFileSync } from 'node:fs';
import type { Fleet } from './fleet.js';

const STATEMENTS = new URL('../../benchmarks/console/large-tuning-job.sql', import.meta.url);

/** Puts a finished tuning job `large` into the store, with rows as the scheduler would leave them. */
export async function insertLargeTuningJob(fleet: Fleet, likeName: string, count: number): Promise<void> {
  const statements = readFileSync(STATEMENTS, 'utf8');
  await fleet.query(statements.replaceAll(':count', String(count)).replaceAll(':like', `'${likeName}'`));
}
