import type { AttemptOutcome, AttemptResult, StopReason } from '@fleetune/domain';
import { Changes } from '../changes.js';
import type {
  AttemptExecution,
  AttemptExecutor,
  AttemptStart,
  KeptAttempt,
  LogReader,
  StopTime,
} from '../execution/attempt-execution.js';

/** An execution in memory whose course the test decides. */
export class MemoryExecution implements AttemptExecution {
  readonly key;
  readonly started: AttemptStart;
  readonly result: Promise<AttemptResult>;
  stopReason: StopReason | undefined;
  stopTime: StopTime | undefined;
  killed = false;
  outlivesAgent = false;
  isLetGo = false;
  disposed = false;
  readonly log: LogReader;
  #printed = Buffer.alloc(0);
  #resolve: (result: AttemptResult) => void = () => {};

  constructor(started: AttemptStart) {
    this.started = started;
    this.key = started.key;
    const printed = () => this.#printed;
    this.log = {
      get length() {
        return printed().length;
      },
      read: async (offset, maxBytes) => ({ offset, data: printed().subarray(offset, offset + maxBytes) }),
    };
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  print(text: string): void {
    this.#printed = Buffer.concat([this.#printed, Buffer.from(text)]);
    this.started.observer.logGrew();
  }

  finish(outcome: AttemptOutcome = { kind: 'Succeeded' }): void {
    this.#resolve({ key: this.key, outcome, finalMetrics: [] });
  }

  stop(reason: StopReason, time?: StopTime): void {
    this.stopReason = reason;
    this.stopTime = time;
  }

  async kill(): Promise<void> {
    this.killed = true;
    this.finish({ kind: 'InternalError', reason: 'killed' });
  }

  letGo(): void {
    this.isLetGo = true;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** Starts executions in memory and lets the test find them. */
export class MemoryExecutor implements AttemptExecutor {
  readonly sandbox = 'none';
  readonly executions: MemoryExecution[] = [];
  readonly #changes = new Changes();
  readonly #onStart: (execution: MemoryExecution) => void;

  constructor(onStart: (execution: MemoryExecution) => void = () => {}) {
    this.#onStart = onStart;
  }

  /** What an earlier agent process left. */
  kept: readonly Omit<KeptAttempt, 'takeOver'>[] = [];
  /** Until when programs were last told that their leases are held. */
  heldUntilMs: number | undefined;

  keptAttempts(): readonly KeptAttempt[] {
    return this.kept.map((kept) => ({
      ...kept,
      takeOver: (way) => this.start({ ...kept, ...way, slotFreeAtMonotonicMs: 0 }),
    }));
  }

  holdLeases(untilMonotonicMs: number): void {
    this.heldUntilMs = untilMonotonicMs;
  }

  start(started: AttemptStart): MemoryExecution {
    const execution = new MemoryExecution(started);
    this.executions.push(execution);
    this.#onStart(execution);
    this.#changes.announce();
    return execution;
  }

  /** The `position`-th execution ever started, as soon as there is one. */
  async at(position: number): Promise<MemoryExecution> {
    await this.#changes.until(() => this.executions.length > position);
    const execution = this.executions[position];
    if (execution === undefined) throw new Error(`no execution ${position}`);
    return execution;
  }

  async sweepOrphans(): Promise<{ readonly killedProcesses: number }> {
    return { killedProcesses: 0 };
  }
}
