import type { AttemptKey } from '@fleetune/domain';
import { toAttemptReport } from '@fleetune/protocol';
import type { AttemptBoard } from '../attempts/attempt-board.js';
import { attemptName } from '../attempts/attempt-name.js';
import type { ReportDesk } from '../reports/report-desk.js';

/**
 * Grants that came after their claim was given up. The queue entry is back on its queue, but the server counts the
 * attempt as ours; reporting it as interrupted frees it at once, instead of when its lease runs out.
 */
export class StrayGrants {
  readonly #board: AttemptBoard;
  readonly #reports: ReportDesk;

  constructor(board: AttemptBoard, reports: ReportDesk) {
    this.#board = board;
    this.#reports = reports;
  }

  giveBack(key: AttemptKey): void {
    if (this.#board.has(key)) return;
    const reason = 'The agent had given the attempt back to its queue before the server granted it.';
    this.#reports.keep(toAttemptReport({ key, outcome: { kind: 'Interrupted', reason }, finalMetrics: [] }, 0));
    this.#reports.send(attemptName(key));
  }
}
