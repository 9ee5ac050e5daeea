import type { ListMetricsOutput } from '@aws-sdk/client-cloudwatch';
import { InvalidTokenError, type Page, type TrainingJobView } from '@fleetune/scheduler';
import { z } from 'zod';
import { boolean, InvalidInputError } from '../input.js';
import { type NeighbourContext, neighbourOperation } from '../operation.js';
import {
  MetricReader,
  metricName,
  namespace,
  TRAINING_JOB_DIMENSION,
  TRAINING_JOBS_NAMESPACE,
  trainingJobMetric,
} from './metric.js';

const THREE_HOURS_MS = 3 * 60 * 60 * 1000;
/** A job has up to 40 metrics, and a page up to 500. */
const JOBS_A_PAGE = 12;

export const listMetrics = neighbourOperation({
  name: 'ListMetrics',
  input: z.strictObject({
    Namespace: namespace.optional(),
    MetricName: metricName.optional(),
    Dimensions: z
      .array(z.strictObject({ Name: z.string().min(1).max(255), Value: z.string().min(1).max(1024).optional() }))
      .max(10)
      .optional(),
    NextToken: z.string().optional(),
    RecentlyActive: z.literal('PT3H').optional(),
    IncludeLinkedAccounts: boolean.optional(),
  }),
  async perform(input, context): Promise<ListMetricsOutput> {
    const filters = input.Dimensions ?? [];
    // Metrics of the machine, such as those by Host, are not kept.
    const isElsewhere = filters.some(({ Name }) => Name !== TRAINING_JOB_DIMENSION);
    if (isElsewhere || (input.Namespace ?? TRAINING_JOBS_NAMESPACE) !== TRAINING_JOBS_NAMESPACE) return { Metrics: [] };
    const [jobName, ...others] = new Set(filters.flatMap(({ Value }) => Value ?? []));
    if (others.length > 0) return { Metrics: [] };
    const sinceMs = input.RecentlyActive === undefined ? undefined : context.nowMs - THREE_HOURS_MS;
    const { found, nextToken } =
      jobName === undefined
        ? await metricsOfAll(context, sinceMs, input.NextToken)
        : { found: await metricsOf(jobName, context, sinceMs), nextToken: undefined };
    return {
      Metrics: found
        .filter(({ metric }) => metric === (input.MetricName ?? metric))
        .map(({ job, metric }) => trainingJobMetric(job, metric)),
      NextToken: nextToken,
    };
  },
});

interface FoundMetric {
  readonly job: string;
  readonly metric: string;
}

/** Every metric that the job has reported. */
async function metricsOf(job: string, context: NeighbourContext, sinceMs = 0): Promise<FoundMetric[]> {
  const points = await new MetricReader(context).ofJob(job);
  const names = new Set(points.filter(({ timestampMs }) => timestampMs >= sinceMs).map(({ name }) => name));
  return [...names].sort().map((metric) => ({ job, metric }));
}

/** The metrics of all jobs, a page of jobs at a time. */
async function metricsOfAll(context: NeighbourContext, sinceMs: number | undefined, nextToken: string | undefined) {
  const page = await jobsPage(context, sinceMs, nextToken);
  const found = await Promise.all(page.items.map(({ name }) => metricsOf(name, context, sinceMs)));
  return { found: found.flat(), nextToken: page.nextToken };
}

async function jobsPage(
  { jobs, tenant }: NeighbourContext,
  sinceMs: number | undefined,
  nextToken: string | undefined,
): Promise<Page<TrainingJobView>> {
  try {
    return await jobs.listTrainingJobs(tenant, {
      sortBy: 'CreationTime',
      sortOrder: 'Descending',
      maxResults: JOBS_A_PAGE,
      ...(sinceMs === undefined ? {} : { modifiedAfterMs: sinceMs }),
      ...(nextToken === undefined ? {} : { nextToken }),
    });
  } catch (error) {
    if (error instanceof InvalidTokenError) throw new InvalidInputError(error.message);
    throw error;
  }
}
