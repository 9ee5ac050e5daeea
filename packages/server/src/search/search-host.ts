import { type Configuration, RESOURCE_STRATEGIES } from '@fleetune/domain';
import type { SearchHost, TuningJobState } from '@fleetune/scheduler';
import type { TrialOutcome, TrialRecord } from '@fleetune/search';
import { countEpochs, type Database, listTrials } from '@fleetune/store';
import { priorTrials } from './prior-trials.js';
import { searchProblem } from './search-problem.js';
import { type AskedWithConvergence, InlineSearchSession, type SearchSession } from './search-session.js';
import { SearchThread } from './search-thread.js';
import { storedOutcome } from './stored-trial.js';

/** Strategies that need no model: they run where they are asked. */
const LIGHT_STRATEGIES: ReadonlySet<string> = new Set(['Random', 'Grid', 'Sobol', 'Hyperband']);

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
    const { database } = this.#parts;
    const priors = await priorTrials(database, tuningJob.tenant, tuningJob.spec);
    const problem = { ...searchProblem(tuningJob.spec), ...priors };
    const records = tuningJob.launched === 0 ? [] : await this.#records(tuningJob);
    if (LIGHT_STRATEGIES.has(problem.strategy)) return new InlineSearchSession(problem, records);
    return this.#thread.open(problem, records);
  }

  /** The tuning job's own past. */
  async #records({ id, spec }: TuningJobState): Promise<TrialRecord[]> {
    const { database } = this.#parts;
    const metricNames = spec.definitions.map((definition) => definition.objective.metricName);
    const epochs = RESOURCE_STRATEGIES.has(spec.strategy.name)
      ? await countEpochs(database, id, metricNames)
      : new Map<number, number>();
    return (await listTrials(database, id)).map((row) => {
      const index = row.tuning_index ?? 0;
      const { definition, configuration } = row;
      const outcome = storedOutcome(row, metricNames[definition ?? 0] ?? '', epochs.get(index));
      return { index, definition: definition ?? 0, configuration: configuration as Configuration, outcome };
    });
  }
}
