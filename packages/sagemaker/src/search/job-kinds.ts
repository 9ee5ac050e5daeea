import type { HyperParameterTuningJobSearchEntity, ResourceType, TrainingJob } from '@aws-sdk/client-sagemaker';
import type { JobService, Page, TrainingJobQuery, TuningJobQuery } from '@fleetune/scheduler';
import type { Account } from '../mapping/arn.js';
import { trainingJobRecord, tuningJobRecord } from '../mapping/search-records.js';

export interface SearchContext {
  readonly jobs: JobService;
  readonly tenant: string;
  readonly account: Account;
}

/** What both kinds of job can be listed by; `status` is that of the kind. */
export type JobListing = Omit<TuningJobQuery, 'status'> & { readonly status?: string };

/** A record and the part of an answer that it is. */
export interface Found {
  readonly TrainingJob?: TrainingJob;
  readonly HyperParameterTuningJob?: HyperParameterTuningJobSearchEntity;
}

/** A kind of job as Search sees it. */
export interface JobKind {
  /** The shape of its records in the API model. */
  readonly shapeName: string;
  /** The properties that jobs can be listed by. */
  readonly nameProperty: string;
  readonly statusProperty: string;
  /** The statuses that a listing knows; no job has another. */
  readonly statuses: readonly string[];
  /** A page of records. */
  list(context: SearchContext, listing: JobListing): Promise<Page<unknown>>;
  /** The record as an element of the answer. */
  result(record: unknown): Found;
}

const TRAINING_JOB: JobKind = {
  shapeName: 'TrainingJob',
  nameProperty: 'TrainingJobName',
  statusProperty: 'TrainingJobStatus',
  statuses: ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'],
  async list({ jobs, tenant, account }, listing) {
    const { items, nextToken } = await jobs.listTrainingJobs(tenant, listing as TrainingJobQuery);
    return { items: items.map((view) => trainingJobRecord(view, account)), nextToken };
  },
  result: (record) => ({ TrainingJob: record as TrainingJob }),
};

const TUNING_JOB: JobKind = {
  shapeName: 'HyperParameterTuningJobSearchEntity',
  nameProperty: 'HyperParameterTuningJobName',
  statusProperty: 'HyperParameterTuningJobStatus',
  statuses: ['Completed', 'InProgress', 'Failed', 'Stopped', 'Stopping'],
  async list({ jobs, tenant, account }, listing) {
    const { items, nextToken } = await jobs.listTuningJobs(tenant, listing as TuningJobQuery);
    return { items: items.map((view) => tuningJobRecord(view, account)), nextToken };
  },
  result: (record) => ({ HyperParameterTuningJob: record as HyperParameterTuningJobSearchEntity }),
};

/** Undefined for the kinds of resource that Fleetune has none of. */
export function jobKindOf(resource: ResourceType): JobKind | undefined {
  return { TrainingJob: TRAINING_JOB, HyperParameterTuningJob: TUNING_JOB }[resource as string];
}
