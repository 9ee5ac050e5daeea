import type { Asked, TrialOutcome } from '@fleetune/search';
import type { SearchHost } from '../ports.js';
import type { TuningJobState } from '../state.js';
import { type Chance, hash } from './chance.js';
import type { ActiveFaults } from './faults.js';
import type { Invariants } from './invariants.js';
import type { PlannedTuningJob } from './plan.js';
import { shareOf } from './queue-model.js';
import type { StoreModel } from './store-model.js';
import type { Timeline } from './timeline.js';

interface SearchParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: ActiveFaults;
  readonly store: StoreModel;
  readonly planned: (tuningJobId: string) => PlannedTuningJob | undefined;
  readonly invariants: Pick<Invariants, 'told'>;
}

/** A search of one term of ownership: opened from the store at the first ask, as the real one is, and fails at will. */
export class SearchModel implements SearchHost {
  readonly #parts: SearchParts;
  readonly #nextIndex = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  ask(tuningJob: TuningJobState, count: number): Promise<Asked & { readonly convergence?: number }> {
    const { timeline, chance, faults } = this.#parts;
    const slowMs = Math.max(0, ...faults.of('search slow').map((fault) => fault.byMs));
    return new Promise((resolve, reject) => {
      timeline.after(chance.between(0.1, 50) + slowMs * chance.next(), () => {
        if (chance.strikes(shareOf(faults.of('search fails')))) {
          this.#nextIndex.delete(tuningJob.id);
          reject(new Error('The search model was told to fail.'));
        } else {
          resolve(this.#suggest(tuningJob.id, count));
        }
      });
    });
  }

  tell(tuningJobId: string, index: number, outcome: TrialOutcome): void {
    const trial = `${tuningJobId}#${index}`;
    this.#parts.invariants.told(tuningJobId, index, outcome, this.#told.has(trial));
    this.#told.add(trial);
  }

  close(tuningJobId: string): void {
    this.#nextIndex.delete(tuningJobId);
  }

  #suggest(tuningJobId: string, count: number): Asked & { readonly convergence?: number } {
    const { store, planned } = this.#parts;
    const job = planned(tuningJobId);
    const size = job?.searchSize ?? Number.POSITIVE_INFINITY;
    const first = this.#nextIndex.get(tuningJobId) ?? store.trials.get(tuningJobId)?.size ?? 0;
    const end = Math.min(first + count, size);
    this.#nextIndex.set(tuningJobId, end);
    const suggestions = Array.from({ length: Math.max(0, end - first) }, (_, position) => ({
      index: first + position,
      definition: 0,
      configuration: { x: suggestedValue(job?.name ?? '', first + position) },
    }));
    const converged = job?.convergesAfter !== undefined && end >= job.convergesAfter;
    return { suggestions, exhausted: end >= size, ...(converged ? { convergence: 0.99 } : {}) };
  }
}

/** The same in every run: what is suggested depends on nothing but the job and the place in the sequence. */
function suggestedValue(jobName: string, index: number): number {
  return hash(`${jobName} ${index}`) / 2 ** 32;
}
