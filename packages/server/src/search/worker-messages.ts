import type { SearchProblem, TrialOutcome, TrialRecord } from '@fleetune/search';
import type { AskedWithConvergence } from './search-session.js';

export type ToWorker =
  | {
      readonly kind: 'open';
      readonly session: number;
      readonly problem: SearchProblem;
      readonly records: readonly TrialRecord[];
    }
  | { readonly kind: 'tell'; readonly session: number; readonly index: number; readonly outcome: TrialOutcome }
  | { readonly kind: 'ask'; readonly session: number; readonly request: number; readonly count: number }
  | { readonly kind: 'close'; readonly session: number };

export type FromWorker =
  | { readonly kind: 'asked'; readonly request: number; readonly asked: AskedWithConvergence }
  | { readonly kind: 'failed'; readonly request: number; readonly message: string };
