import { type Configuration, isTerminalTrainingJobStatus, type TrainingJobStatus } from '@fleetune/domain';
import type { SearchHost, TuningJobState } from '@fleetune/scheduler';
import type { TrialOutcome, TrialRecord } from '@fleetune/search';
import { type Database, listTrials } from '@fleetune/store';
import { searchProblem } from './search-problem.js';
import { type AskedWithConvergence, InlineSearchSession, type SearchSession } from './search-session.js';
import { SearchThread } from './search-thread.js';

/** Strategies that need no model: they run where they are asked. */
const LIGHT_STRATEGIES: ReadonlySet<string> = new Set(['Random', 'Grid', 'Sobol']);

export interface SearchHostParts {
  readonly database: Database;
  /** Told how long a suggestion took, in seconds. */
  observe(strategy: string, seconds: number): void;
}

/**
 * Keeps one search open per tuning job. A search is opened at the first ask, from the trials in the store, so a
 * restarted server, or one that took a tuning job over, learns everything again.
 */
export class StoredSearchHost implements SearchHost {
  readonly #parts: SearchHostParts;
  readonly #thread = new SearchThread();
  readonly #sessions = new Map<string, Promise<SearchSession>>();

  constructor(parts: SearchHostParts) {
    this.#parts = parts;
  }

  async ask(tuningJob: TuningJobState, count: number): Promise<AskedWithConvergence> {
    const startedMs = performance.now();
    const session = await this.#session(tuningJob);
    const asked = await session.ask(count).catch((error: unknown) => {
      // Whatever it was, the next ask starts from what the store knows.
      this.close(tuningJob.id);
      throw error;
    });
    this.#parts.observe(tuningJob.spec.strategy.name, (performance.now() - startedMs) / 1000);
    return asked;
  }

  tell(tuningJobId: string, index: number, outcome: TrialOutcome): void {
    // A search that is not open reads this outcome from the store when it opens; one that is opening hears it twice.
    this.#sessions.get(tuningJobId)?.then(
      (session) => session.tell(index, outcome),
      () => undefined,
    );
  }

  close(tuningJobId: string): void {
    this.#sessions.get(tuningJobId)?.then(
      (session) => session.close(),
      () => undefined,
    );
    this.#sessions.delete(tuningJobId);
  }

  /** Forgets every open search. */
  async stop(): Promise<void> {
    this.#sessions.clear();
    await this.#thread.stop();
  }

  #session(tuningJob: TuningJobState): Promise<SearchSession> {
    const known = this.#sessions.get(tuningJob.id);
    if (known !== undefined) return known;
    const opening = this.#open(tuningJob).catch((error: unknown) => {
      this.#sessions.delete(tuningJob.id);
      throw error;
    });
    this.#sessions.set(tuningJob.id, opening);
    return opening;
  }

  async #open(tuningJob: TuningJobState): Promise<SearchSession> {
    const problem = searchProblem(tuningJob.spec);
    const records =
      tuningJob.launched === 0 ? [] : (await listTrials(this.#parts.database, tuningJob.id)).map(trialRecord);
    if (LIGHT_STRATEGIES.has(problem.strategy)) return new InlineSearchSession(problem, records);
    return this.#thread.open(problem, records);
  }
}

type StoredTrial = Awaited<ReturnType<typeof listTrials>>[number];

function trialRecord(row: StoredTrial): TrialRecord {
  return {
    index: row.tuning_index ?? 0,
    definition: row.definition ?? 0,
    configuration: row.configuration as Configuration,
    outcome: trialOutcome(row),
  };
}

function trialOutcome(row: StoredTrial): TrialOutcome | undefined {
  const status = row.status as TrainingJobStatus;
  if (!isTerminalTrainingJobStatus(status)) return undefined;
  if (status === 'Completed' && row.objective !== null) return { kind: 'Completed', objective: row.objective };
  return status === 'Stopped' ? { kind: 'Stopped', objective: row.objective ?? undefined } : { kind: 'Failed' };
}
