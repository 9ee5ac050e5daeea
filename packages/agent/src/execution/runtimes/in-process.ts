import type { AttemptKey, AttemptResult, FinalMetric, StopReason } from '@fleetune/domain';
import type { AttemptExecution, AttemptStart, LogReader } from '../attempt-execution.js';
import type { ExecutionClock } from '../executor-options.js';

/** The built-in algorithm that does nothing, to measure everything else. */
export const NO_OP_ALGORITHM = 'no-op';

/**
 * Runs the no-op algorithm inside the agent: no folder, no process, no upload. Its objective metric is the sum of the
 * squares of its numeric hyperparameters, so that searches on it have something to find.
 */
export class InProcessAttempt implements AttemptExecution {
  readonly key: AttemptKey;
  readonly log: LogReader = EMPTY_LOG;
  readonly result: Promise<AttemptResult>;
  #stopReason: StopReason | undefined;
  #killed = false;

  constructor(start: AttemptStart, clock: ExecutionClock) {
    this.key = start.key;
    this.result = this.#run(start, clock);
  }

  stop(reason: StopReason): void {
    this.#stopReason ??= reason;
  }

  async kill(): Promise<void> {
    this.#killed = true;
    await this.result;
  }

  async dispose(): Promise<void> {
    await this.kill();
  }

  async #run({ key, order, observer, slotFreeAtMonotonicMs }: AttemptStart, clock: ExecutionClock) {
    // Whoever started the attempt holds it before the first report comes.
    await undefined;
    if (this.#killed)
      return { key, outcome: { kind: 'Lost', reason: 'The attempt was killed.' }, finalMetrics: [] } as const;
    const timestampMs = clock.nowMs();
    observer.phase('Starting', timestampMs, 'In process');
    observer.phase('Training', timestampMs, 'In process');
    const finalMetrics: FinalMetric[] = [];
    if (order.objectiveMetricName !== '') {
      const metric = { name: order.objectiveMetricName, value: sumOfSquares(order.hyperparameters), timestampMs };
      observer.metrics([{ ...metric, step: 0 }]);
      finalMetrics.push(metric);
    }
    const outcome =
      this.#stopReason === undefined
        ? ({ kind: 'Succeeded' } as const)
        : ({ kind: 'Stopped', stopReason: this.#stopReason } as const);
    return {
      key,
      outcome,
      finalMetrics,
      trainingStartMs: timestampMs,
      trainingEndMs: clock.nowMs(),
      startupMs: clock.monotonicMs() - slotFreeAtMonotonicMs,
    };
  }
}

const EMPTY_LOG: LogReader = {
  length: 0,
  read: async () => ({ offset: 0, data: new Uint8Array(0) }),
};

function sumOfSquares(hyperparameters: Readonly<Record<string, string>>): number {
  let sum = 0;
  for (const text of Object.values(hyperparameters)) {
    const value = Number(text);
    if (Number.isFinite(value)) sum += value * value;
  }
  return sum;
}
