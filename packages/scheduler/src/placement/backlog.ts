import { type TrainingJobSpec, warmPoolKeys } from '@fleetune/domain';
import { instanceCandidates } from './instance-candidates.js';
import { PriorityQueue } from './priority-queue.js';
import { WaitingLine } from './waiting-line.js';

/** What the backlog knows of a training job. */
export interface WaitingJob {
  readonly id: string;
  readonly tenant: string;
  readonly spec: Pick<
    TrainingJobSpec,
    | 'instances'
    | 'spot'
    | 'priority'
    | 'networkIsolation'
    | 'roleArn'
    | 'volumeKmsKeyId'
    | 'interContainerTrafficEncryption'
  >;
  readonly tuning?: { readonly tuningJobId: string };
  readonly fold?: { readonly tuningJobId: string };
  readonly fence: number;
  readonly notBeforeMs: number;
}

/** A training job that waits for an attempt. */
export interface Waiting<Job extends WaitingJob> {
  readonly job: Job;
  /** Since when it waits, this time. */
  readonly sinceMs: number;
  /** An instance class where its last attempt found no agent. */
  readonly avoid?: string;
  lane?: Lane<Job>;
  line?: WaitingLine<Waiting<Job>>;
  ticket: number;
}

/**
 * Training jobs that are alike to admission: of one flow, with one priority, asking for the same instance types, with
 * the same warm pools. When
 * the first of them cannot be placed, none of them can.
 */
export interface Lane<Job extends WaitingJob> {
  readonly key: string;
  /** The instance types asked for, in order. */
  readonly shape: string;
  /** Which warm pools serve, by entry of the fallback list. */
  readonly poolKeys: readonly string[];
  readonly tenant: string;
  readonly flow: string;
  readonly priority: number;
  /** Those that had an attempt before go first. */
  readonly returned: WaitingLine<Waiting<Job>>;
  readonly fresh: WaitingLine<Waiting<Job>>;
  servedAtMs: number;
}

/** Training jobs without a live attempt, in lanes by tenant. Nothing here grows with what is over. */
export class Backlog<Job extends WaitingJob> {
  readonly #waiting = new Map<string, Waiting<Job>>();
  readonly #tenants = new Map<string, Map<string, Lane<Job>>>();
  /** Those that wait before another attempt, by when they may have it. */
  readonly #resting = new PriorityQueue<Waiting<Job>>();

  get size(): number {
    return this.#waiting.size;
  }

  has(trainingJobId: string): boolean {
    return this.#waiting.has(trainingJobId);
  }

  waitsSinceMs(trainingJobId: string): number | undefined {
    return this.#waiting.get(trainingJobId)?.sinceMs;
  }

  /** @returns true when the tenant had nothing waiting before. */
  add(job: Job, nowMs: number, avoid?: string): boolean {
    if (this.#waiting.has(job.id)) return false;
    const waiting: Waiting<Job> = { job, sinceMs: nowMs, avoid, ticket: 0 };
    this.#waiting.set(job.id, waiting);
    const isFirst = !this.#tenants.has(job.tenant);
    if (job.notBeforeMs > nowMs) this.#resting.push(job.notBeforeMs, waiting);
    else this.#line(waiting);
    return isFirst;
  }

  delete(trainingJobId: string): void {
    const waiting = this.#waiting.get(trainingJobId);
    if (waiting === undefined) return;
    this.#waiting.delete(trainingJobId);
    const { lane, line, ticket } = waiting;
    line?.leave(ticket);
    if (lane !== undefined && lane.fresh.size + lane.returned.size === 0) this.#close(lane);
  }

  /** Lines up those whose rest is over. @returns true when there were some. */
  wake(nowMs: number): boolean {
    let woke = false;
    for (let dueMs = this.#resting.firstRank(); dueMs !== undefined && dueMs <= nowMs; ) {
      const waiting = this.#resting.pop();
      if (waiting !== undefined && this.#waiting.get(waiting.job.id) === waiting) {
        this.#line(waiting);
        woke = true;
      }
      dueMs = this.#resting.firstRank();
    }
    return woke;
  }

  /** Tenants that have something to place, in no order. */
  tenants(): IterableIterator<string> {
    return this.#tenants.keys();
  }

  lanes(tenant: string): Iterable<Lane<Job>> {
    return this.#tenants.get(tenant)?.values() ?? [];
  }

  #line(waiting: Waiting<Job>): void {
    const lane = this.#laneOf(waiting.job);
    waiting.lane = lane;
    waiting.line = waiting.job.fence > 0 ? lane.returned : lane.fresh;
    waiting.ticket = waiting.line.join(waiting);
  }

  #laneOf(job: Job): Lane<Job> {
    let lanes = this.#tenants.get(job.tenant);
    if (lanes === undefined) {
      lanes = new Map();
      this.#tenants.set(job.tenant, lanes);
    }
    const flow = flowOf(job);
    const priority = job.spec.priority ?? 0;
    const shape = instanceCandidates(job.spec, false)
      .map((instance) => instance.instanceType)
      .join(' ');
    const poolKeys = warmPoolKeys(job.tenant, job.spec);
    const key = `${flow} ${priority} ${shape} ${poolKeys.join(' ')}`;
    let lane = lanes.get(key);
    if (lane === undefined) {
      const lines = { returned: new WaitingLine<Waiting<Job>>(), fresh: new WaitingLine<Waiting<Job>>() };
      lane = {
        key,
        shape,
        poolKeys,
        tenant: job.tenant,
        flow,
        priority,
        ...lines,
        servedAtMs: Number.NEGATIVE_INFINITY,
      };
      lanes.set(key, lane);
    }
    return lane;
  }

  #close(lane: Lane<Job>): void {
    const lanes = this.#tenants.get(lane.tenant);
    lanes?.delete(lane.key);
    if (lanes?.size === 0) this.#tenants.delete(lane.tenant);
  }
}

/** What shares a tenant's part evenly: its tuning jobs, and all its training jobs without one together. */
export function flowOf(job: WaitingJob): string {
  return job.tuning?.tuningJobId ?? job.fold?.tuningJobId ?? `of ${job.tenant}`;
}
