import { InvalidTokenError, JobNotFoundError, type JobService, type TrainingJobView } from '@fleetune/scheduler';
import { InvalidInputError } from '../input.js';
import type { NeighbourContext } from '../operation.js';
import { ResourceNotFoundException } from './log-group.js';

/** The log of one training job. Retries go on in it, as attempts of the same job. */
export interface LogStream {
  /** `JOB/algo-1-EPOCHSECONDS`, of the second in which the job was created. */
  readonly name: string;
  readonly job: TrainingJobView;
}

/** @throws ResourceNotFoundException when there is no job with this stream, or it has not begun to run. */
export async function requireStream(name: string, context: NeighbourContext): Promise<LogStream> {
  const stream = await streamOfJob(name.split('/')[0] ?? '', context);
  if (stream?.name !== name) throw new ResourceNotFoundException('The specified log stream does not exist.');
  return stream;
}

export interface StreamQuery {
  readonly prefix: string;
  readonly sortBy: 'Name' | 'CreationTime';
  readonly descending: boolean;
  readonly limit: number;
  readonly nextToken?: string;
}

/** A page of streams; it may have fewer than `limit`, or none, and still have a next one. */
export async function listStreams(
  { prefix, sortBy, descending, limit, nextToken }: StreamQuery,
  context: NeighbourContext,
): Promise<{ readonly streams: readonly LogStream[]; readonly nextToken?: string }> {
  const [jobName = '', rest] = prefix.split('/');
  if (rest !== undefined) {
    const stream = await streamOfJob(jobName, context);
    return { streams: stream?.name.startsWith(prefix) === true ? [stream] : [] };
  }
  const page = await trainingJobs(context, {
    sortBy,
    sortOrder: descending ? 'Descending' : 'Ascending',
    maxResults: limit,
    ...(jobName === '' ? {} : { nameContains: jobName }),
    ...(nextToken === undefined ? {} : { nextToken }),
  });
  const streams = page.items.map(streamOf).filter((stream) => stream?.name.startsWith(prefix) === true);
  return { streams: streams as LogStream[], nextToken: page.nextToken };
}

async function streamOfJob(jobName: string, { jobs, tenant }: NeighbourContext): Promise<LogStream | undefined> {
  try {
    return streamOf(await jobs.describeTrainingJob(tenant, jobName));
  } catch (error) {
    if (error instanceof JobNotFoundError) return undefined;
    throw error;
  }
}

/** Undefined before the first attempt: nothing has been printed. */
function streamOf(job: TrainingJobView): LogStream | undefined {
  if (job.attemptCount === 0) return undefined;
  return { name: `${job.name}/algo-1-${Math.floor(job.creationTimeMs / 1000)}`, job };
}

async function trainingJobs({ jobs, tenant }: NeighbourContext, query: Parameters<JobService['listTrainingJobs']>[1]) {
  try {
    return await jobs.listTrainingJobs(tenant, query);
  } catch (error) {
    if (error instanceof InvalidTokenError) throw new InvalidInputError('The specified nextToken is invalid.');
    throw error;
  }
}
