import type { Client } from '@fleetune/api/client';
import type { TrainingJobSummary } from '@fleetune/api/contract';

/** Every training job of a tuning job, in the order of suggestion. */
export async function allSummaries(client: Client, tuningJobName: string): Promise<TrainingJobSummary[]> {
  const all: TrainingJobSummary[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.listTrainingJobSummaries(tuningJobName, { nextToken });
    all.push(...page.trainingJobs);
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return all.sort((a, b) => a.index - b.index);
}
