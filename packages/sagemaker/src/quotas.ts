import type { TuningJobSpec } from '@fleetune/domain';
import type { JobService } from '@fleetune/scheduler';
import { ResourceLimitExceeded } from './wire/aws-error.js';

/** How much may be asked for, by what is counted. */
export interface Quotas {
  /** Tuning jobs of a tenant that are in progress at the same time. */
  readonly tuningJobsInProgress: number;
  readonly trainingJobsPerTuningJob: number;
  readonly parallelTrainingJobsPerTuningJob: number;
  /** Hyperparameters that are searched, over all training job definitions. */
  readonly hyperparametersPerTuningJob: number;
}

/** SageMaker begins with 100, 750, 10 and 30: machines that are your own cost nothing more when they are used. */
export const DEFAULT_QUOTAS: Quotas = {
  tuningJobsInProgress: 1000,
  trainingJobsPerTuningJob: 100_000,
  parallelTrainingJobsPerTuningJob: 1000,
  hyperparametersPerTuningJob: 100,
};

const PAGE = 100;

/**
 * Tuning jobs that are created in the same moment do not see each other, so that a tenant may come to have a few more
 * than the quota says.
 *
 * @throws ResourceLimitExceeded naming the first quota that a new tuning job would break.
 */
export async function refuseBeyondQuotas(
  spec: TuningJobSpec,
  quotas: Quotas,
  jobs: Pick<JobService, 'summarizeTuningJobs'>,
  tenant: string,
): Promise<void> {
  const ranges = spec.definitions.reduce((sum, definition) => sum + definition.ranges.length, 0);
  refuse('training jobs of a tuning job', quotas.trainingJobsPerTuningJob, trainingJobs(spec));
  refuse(
    'parallel training jobs of a tuning job',
    quotas.parallelTrainingJobsPerTuningJob,
    spec.limits.maxParallelTrainingJobs,
  );
  refuse('hyperparameters searched by a tuning job', quotas.hyperparametersPerTuningJob, ranges);
  const inProgress = await tuningJobsInProgress(jobs, tenant, quotas.tuningJobsInProgress);
  refuse('tuning jobs in progress', quotas.tuningJobsInProgress, inProgress + 1);
}

function refuse(what: string, quota: number, asked: number): void {
  if (asked > quota) throw new ResourceLimitExceeded(what, quota, asked);
}

/** As the request says, or as many as a grid has combinations; 0 for a search that is limited otherwise. */
function trainingJobs({ limits, strategy, definitions }: TuningJobSpec): number {
  if (limits.maxTrainingJobs !== undefined) return limits.maxTrainingJobs;
  if (strategy.name !== 'Grid') return 0;
  return definitions
    .map(({ ranges }) => ranges.map((range) => (range.kind === 'categorical' ? range.values.length : 1)))
    .reduce((sum, counts) => sum + counts.reduce((product, count) => product * count, 1), 0);
}

/** Counts no further than `enough`. */
async function tuningJobsInProgress(
  jobs: Pick<JobService, 'summarizeTuningJobs'>,
  tenant: string,
  enough: number,
): Promise<number> {
  let count = 0;
  let nextToken: string | undefined;
  do {
    const page = await jobs.summarizeTuningJobs(tenant, {
      status: 'InProgress',
      sortBy: 'CreationTime',
      sortOrder: 'Descending',
      maxResults: PAGE,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    count += page.items.length;
    nextToken = page.nextToken;
  } while (nextToken !== undefined && count < enough);
  return count;
}
