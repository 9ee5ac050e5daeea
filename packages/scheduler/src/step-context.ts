import type { Effect } from './effect.js';
import type { Random } from './ports.js';
import type { SchedulerState, TrainingJobState } from './state.js';

/** What the parts of one step share: the state they may change, the time, chance, and where effects go. */
export interface StepContext {
  readonly state: SchedulerState;
  readonly nowMs: number;
  readonly random: Random;
  emit(effect: Effect): void;
  /** Training jobs that ended in this step and are not yet counted by their tuning jobs. */
  readonly ended: EndedTrainingJob[];
}

export interface EndedTrainingJob {
  readonly job: TrainingJobState;
  /** Whose fault a failure was: ours after all retries, or the program's. */
  readonly failure?: 'retryable' | 'nonRetryable';
}

/** A version 4 UUID drawn from the injected randomness. */
export function randomUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = '4';
  digits[16] = '89ab'[Math.floor(random() * 4)] as string;
  const text = digits.join('');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}
