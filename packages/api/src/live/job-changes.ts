import type { JobService, Page } from '@fleetune/scheduler';
import type { ServerEvent } from '../contract/server-event.js';
import type { TrainingJobSummary } from '../contract/training-job-summary.js';
import type { TuningJob } from '../contract/tuning-job.js';
import { trainingJobSummary, tuningJobResource } from '../resources.js';
import { ChangeFeed } from './change-feed.js';

export interface FollowedJobs {
  readonly tenant: string;
  readonly tuningJobName?: string;
}

/** A reader of everything that changed at once must not hold up the server for long. */
const PAGE_SIZE = 1000;

/** The changes of jobs, for as many listeners as there are at the cost of one. */
export class JobChanges {
  readonly #jobs: JobService;
  readonly #timing: { readonly nowMs: () => number; readonly pollEveryMs: number };
  readonly #tuningJobs = new Map<string, ChangeFeed<TuningJob>>();
  readonly #trainingJobs = new Map<string, ChangeFeed<TrainingJobSummary>>();

  constructor(jobs: JobService, timing: { readonly nowMs: () => number; readonly pollEveryMs: number }) {
    this.#jobs = jobs;
    this.#timing = timing;
  }

  /** @returns how to stop listening. */
  listen(followed: FollowedJobs, listener: (event: ServerEvent) => void): () => void {
    const { tenant, tuningJobName } = followed;
    const stops = [
      listenShared(
        this.#tuningJobs,
        tenant,
        this.#timing,
        (after) => this.#tuningJobsAfter(tenant, after),
        (changed) => listener({ kind: 'tuningJobs', tuningJobs: [...changed] }),
      ),
    ];
    if (tuningJobName !== undefined) {
      const read = (after: number) => this.#trainingJobsAfter(tenant, tuningJobName, after);
      const send = (changed: readonly TrainingJobSummary[]) =>
        listener({ kind: 'trainingJobs', tuningJobName, trainingJobs: [...changed] });
      const key = JSON.stringify([tenant, tuningJobName]);
      stops.push(listenShared(this.#trainingJobs, key, this.#timing, read, send));
    }
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Everything that changed after a time, for a listener that was away. */
  async missed({ tenant, tuningJobName }: FollowedJobs, modifiedAfterMs: number): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    const tuningJobs = await this.#tuningJobsAfter(tenant, modifiedAfterMs);
    if (tuningJobs.length > 0) events.push({ kind: 'tuningJobs', tuningJobs });
    if (tuningJobName === undefined) return events;
    const trainingJobs = await this.#trainingJobsAfter(tenant, tuningJobName, modifiedAfterMs);
    if (trainingJobs.length > 0) events.push({ kind: 'trainingJobs', tuningJobName, trainingJobs });
    return events;
  }

  async #tuningJobsAfter(tenant: string, modifiedAfterMs: number): Promise<TuningJob[]> {
    const views = await everyPage((nextToken) =>
      this.#jobs.listTuningJobs(tenant, { ...ALL, modifiedAfterMs, nextToken }),
    );
    return views.map(tuningJobResource);
  }

  async #trainingJobsAfter(tenant: string, tuningJobName: string, modifiedAfterMs: number) {
    const views = await everyPage((nextToken) =>
      this.#jobs.listTrainingJobs(tenant, { ...ALL, tuningJobName, modifiedAfterMs, nextToken }),
    );
    return views.flatMap((view) => trainingJobSummary(view) ?? []);
  }
}

const ALL = { sortBy: 'CreationTime', sortOrder: 'Ascending', maxResults: PAGE_SIZE } as const;

async function everyPage<View>(read: (nextToken: string | undefined) => Promise<Page<View>>): Promise<View[]> {
  const views: View[] = [];
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    views.push(...page.items);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return views;
}

/** Joins the feed of this key; a feed that nobody listens to is forgotten. */
function listenShared<Item extends { readonly name: string; readonly lastModifiedTimeMs: number }>(
  feeds: Map<string, ChangeFeed<Item>>,
  key: string,
  timing: { readonly nowMs: () => number; readonly pollEveryMs: number },
  read: (modifiedAfterMs: number) => Promise<readonly Item[]>,
  listener: (changed: readonly Item[]) => void,
): () => void {
  const feed = feeds.get(key) ?? new ChangeFeed({ read, ...timing });
  feeds.set(key, feed);
  const stop = feed.listen(listener);
  return () => {
    stop();
    if (feed.isIdle) feeds.delete(key);
  };
}
