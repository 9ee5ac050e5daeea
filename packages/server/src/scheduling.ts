import {
  type AgentLink,
  type AttemptQueue,
  type Fact,
  type SchedulerEvent,
  SchedulerRunner,
  type SchedulerSettings,
  type SchedulerState,
  type SearchHost,
} from '@fleetune/scheduler';
import { acquireOwnership, type Database, isStillOwner, type Ownership, OwnershipHeldError } from '@fleetune/store';
import { catchUp } from './jobs/catch-up.js';
import { SchedulerStore } from './jobs/scheduler-store.js';

export interface SchedulingParts {
  readonly database: Database;
  readonly queue: AttemptQueue;
  /** A new one for each term of ownership: what a search learned under an old one is read anew. */
  readonly openSearch: () => SearchHost & { stop(): Promise<void> };
  readonly agents: AgentLink & { closeAll(): void };
  readonly settings: SchedulerSettings;
  readonly observe: (fact: Fact) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string, error: unknown) => void;
}

const RETRY_MS = 500;
const CATCH_UP_MS = 2_000;
/** Times in the store that are further off are told wrongly, and limits of new jobs are late. */
const MAX_CLOCK_DRIFT_MS = 5_000;

/**
 * Keeps this server scheduling for as long as it may: takes ownership of the database, runs the scheduler, and starts
 * over from the store whenever ownership is lost. While another server owns the database it stands by.
 */
export class Scheduling {
  readonly #parts: SchedulingParts;
  #runner: SchedulerRunner | undefined;
  #stopped = false;
  #endTerm: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();

  /** How far the wall clock has gone from the term's own, which sets the times that are stored. */
  #clockDriftMs: () => number = () => 0;

  constructor(parts: SchedulingParts) {
    this.#parts = parts;
  }

  /** Resolves when this server schedules for the first time, or stands by because another one does. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#serveTerms(resolve);
    });
  }

  get state(): Readonly<SchedulerState> | undefined {
    return this.#runner?.state;
  }

  get isScheduling(): boolean {
    return this.#runner !== undefined;
  }

  /** Dropped while nothing is scheduled: jobs and requests to stop are found in the store, agents say hello again. */
  post(event: SchedulerEvent): void {
    this.#runner?.post(event);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endTerm?.();
    await this.#loop;
  }

  async #serveTerms(onSettled: () => void): Promise<void> {
    let standingBy = false;
    while (!this.#stopped) {
      try {
        await this.#serveTerm(onSettled);
        standingBy = false;
      } catch (error) {
        if (error instanceof OwnershipHeldError) {
          if (!standingBy) this.#parts.info('Another server schedules on this database; this one stands by.');
          standingBy = true;
          onSettled();
        } else if (!this.#stopped) {
          this.#parts.warn('Scheduling could not start; it is tried again.', error);
        }
      }
      if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #serveTerm(onSettled: () => void): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#endTerm = resolve;
    });
    const end = () => this.#endTerm?.();
    const { database, agents, queue, settings, observe, warn } = this.#parts;
    const ownership = await acquireOwnership(database, (error) => {
      warn('The connection that holds the right to schedule broke.', error);
      end();
    });
    const search = this.#parts.openSearch();
    try {
      this.#runner = await this.#startRunner(ownership, search, end, { agents, queue, settings, observe, warn });
      onSettled();
      await this.#catchUpUntil(ended, this.#runner, async () => {
        if (!(await isStillOwner(database, ownership.fence))) end();
        else if (Math.abs(this.#clockDriftMs()) > MAX_CLOCK_DRIFT_MS) {
          warn('The wall clock was set, or the machine slept; scheduling starts over by the time of now.', undefined);
          end();
        }
      });
    } finally {
      const runner = this.#runner;
      this.#runner = undefined;
      agents.closeAll();
      await runner?.stop();
      await search.stop();
      await ownership.release();
    }
  }

  /** Looks now and then for what reached the store by another way, and whether it is still this server's. */
  async #catchUpUntil(
    ended: Promise<void>,
    runner: SchedulerRunner,
    checkOwnership: () => Promise<void>,
  ): Promise<void> {
    let over = false;
    const end = ended.then(() => {
      over = true;
    });
    while (!over) {
      const looked = Promise.all([checkOwnership(), catchUp(this.#parts.database, runner)]).catch((error: unknown) =>
        this.#parts.warn('Looking for new jobs in the store failed; it is tried again.', error),
      );
      // A query that hangs must not keep a term from ending.
      await Promise.race([end, looked]);
      await Promise.race([end, new Promise((resolve) => setTimeout(resolve, CATCH_UP_MS).unref())]);
    }
  }

  #startRunner(
    ownership: Ownership,
    search: SearchHost,
    onLost: () => void,
    parts: Pick<SchedulingParts, 'agents' | 'queue' | 'settings' | 'observe' | 'warn'>,
  ): Promise<SchedulerRunner> {
    const { agents, queue, observe, warn } = parts;
    // Leases are measured by it: a wall clock that is set forward or back must not end or prolong them.
    const startedMs = Date.now() - performance.now();
    this.#clockDriftMs = () => Date.now() - (startedMs + performance.now());
    return SchedulerRunner.start(
      {
        store: new SchedulerStore(this.#parts.database, ownership),
        queue,
        search,
        agents,
        clock: { nowMs: () => startedMs + performance.now() },
        random: Math.random,
        observe,
        warn,
        onLostOwnership: (error) => {
          warn('The right to schedule was lost; starting over from the store.', error);
          onLost();
        },
      },
      parts.settings,
    );
  }
}
