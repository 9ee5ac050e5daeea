import type { MetricPoint } from '@fleetune/domain';
import { JobNotFoundError, type JobService } from '@fleetune/scheduler';
import { z } from 'zod';

/** Where the metrics that training jobs print are. */
export const TRAINING_JOBS_NAMESPACE = '/aws/sagemaker/TrainingJobs';
/** The one dimension of these metrics. */
export const TRAINING_JOB_DIMENSION = 'TrainingJobName';

export const metricName = z.string().min(1).max(255);
export const namespace = z.string().min(1).max(255);
export const dimensions = z.array(z.strictObject({ Name: z.string().min(1), Value: z.string().min(1) })).max(30);

export interface MetricIdentity {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

export function trainingJobMetric(jobName: string, name: string) {
  return {
    Namespace: TRAINING_JOBS_NAMESPACE,
    MetricName: name,
    Dimensions: [{ Name: TRAINING_JOB_DIMENSION, Value: jobName }],
  };
}

/** Reads the points of metrics, of each training job once. A metric that nobody has reported has none. */
export class MetricReader {
  readonly #jobs: JobService;
  readonly #tenant: string;
  readonly #points = new Map<string, Promise<readonly MetricPoint[]>>();

  constructor({ jobs, tenant }: { readonly jobs: JobService; readonly tenant: string }) {
    this.#jobs = jobs;
    this.#tenant = tenant;
  }

  async points({
    Namespace,
    MetricName,
    Dimensions: [dimension, ...more],
  }: MetricIdentity): Promise<readonly MetricPoint[]> {
    // A metric is its name and all of its dimensions: with others it is another metric, which does not exist.
    const isOurs = Namespace === TRAINING_JOBS_NAMESPACE && dimension?.Name === TRAINING_JOB_DIMENSION;
    if (!isOurs || more.length > 0) return [];
    const points = await this.ofJob(dimension.Value);
    return points.filter(({ name, value }) => name === MetricName && Number.isFinite(value));
  }

  /** None for a job that does not exist. */
  ofJob(jobName: string): Promise<readonly MetricPoint[]> {
    const reading = this.#points.get(jobName) ?? this.#read(jobName);
    this.#points.set(jobName, reading);
    return reading;
  }

  async #read(jobName: string): Promise<readonly MetricPoint[]> {
    try {
      return await this.#jobs.trainingJobMetrics(this.#tenant, jobName);
    } catch (error) {
      if (error instanceof JobNotFoundError) return [];
      throw error;
    }
  }
}
