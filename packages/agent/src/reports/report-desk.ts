import type { AttemptKey } from '@fleetune/domain';
import { type AttemptReport, agentMessage, fromAttemptKeyMessage } from '@fleetune/protocol';
import { attemptName } from '../attempts/attempt-name.js';
import { Changes } from '../changes.js';
import type { AgentClock } from '../clock.js';
import type { Uplink } from '../gateway/uplink.js';
import type { ReportJournal } from './report-journal.js';

/** A report that was sent on a living connection and is still unanswered after this is sent again. */
const REPEAT_AFTER_MS = 10_000;

/** Sends reports until the server has acknowledged them. */
export class ReportDesk {
  readonly #journal: ReportJournal;
  readonly #uplink: Uplink;
  readonly #clock: AgentClock;
  /** When each unacknowledged report was last sent on the present connection. */
  readonly #sentAtMs = new Map<string, number>();
  readonly #reports: Map<string, AttemptReport>;
  readonly #changes = new Changes();

  constructor(journal: ReportJournal, uplink: Uplink, clock: AgentClock) {
    this.#journal = journal;
    this.#uplink = uplink;
    this.#clock = clock;
    this.#reports = new Map(journal.unacknowledged().map((report) => [nameOf(report), report]));
  }

  /** Keeps the report from now on; it is sent with {@link send}. */
  keep(report: AttemptReport): void {
    this.#reports.set(nameOf(report), report);
    this.#journal.add(report);
  }

  send(name: string): void {
    const report = this.#reports.get(name);
    if (report === undefined) return;
    if (this.#uplink.send(agentMessage({ case: 'attemptReport', value: report }))) {
      this.#sentAtMs.set(name, this.#clock.monotonicMs());
    }
  }

  /** Sends once more what has waited long for its acknowledgement. */
  repeatStale(): void {
    const staleMs = this.#clock.monotonicMs() - REPEAT_AFTER_MS;
    for (const [name, sentAtMs] of this.#sentAtMs) if (sentAtMs <= staleMs) this.send(name);
  }

  disconnected(): void {
    this.#sentAtMs.clear();
  }

  /** The server has the report, or does not want it. False when it was not waiting for that. */
  settle(key: AttemptKey): boolean {
    const name = attemptName(key);
    this.#sentAtMs.delete(name);
    this.#journal.acknowledge(name);
    const waited = this.#reports.delete(name);
    this.#changes.announce();
    return waited;
  }

  /** Resolves when no report waits for its acknowledgement. */
  async whenAllSettled(): Promise<void> {
    await this.#changes.until(() => this.#reports.size === 0);
  }

  /** Attempts whose report is not acknowledged. */
  keys(): AttemptKey[] {
    return [...this.#reports.values()].map((report) => fromAttemptKeyMessage(report.key));
  }
}

function nameOf(report: AttemptReport): string {
  return attemptName(fromAttemptKeyMessage(report.key));
}
