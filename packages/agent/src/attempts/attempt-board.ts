import type { AttemptKey, AttemptResult, StopReason } from '@fleetune/domain';
import {
  agentMessage,
  type ConnectRequest,
  type TrainingOrder,
  toAttemptPhaseMessage,
  toAttemptReport,
  toMetricPointMessage,
} from '@fleetune/protocol';
import type { Logger } from 'pino';
import { Changes } from '../changes.js';
import type { AgentClock } from '../clock.js';
import type {
  AttemptExecution,
  AttemptExecutor,
  AttemptObserver,
  KeptAttempt,
  StopTime,
} from '../execution/attempt-execution.js';
import type { Uplink } from '../gateway/uplink.js';
import type { LeftSlot } from '../intake/kept-slots.js';
import type { Slot } from '../inventory/capacity.js';
import type { LeaseKeeper } from '../leases/lease-keeper.js';
import type { LogShipper } from '../logs/log-shipper.js';
import type { ReportDesk } from '../reports/report-desk.js';
import { TimeoutQueue } from '../timeout-queue.js';
import { attemptName } from './attempt-name.js';
import { HeldAttempt } from './held-attempt.js';

/** How long an attempt whose report is acknowledged waits for the rest of its log to be. */
const LOG_SETTLE_MS = 10_000;

export interface BoardParts {
  readonly executor: AttemptExecutor;
  readonly uplink: Uplink;
  readonly leases: LeaseKeeper;
  readonly reports: ReportDesk;
  readonly logs: LogShipper;
  readonly clock: AgentClock;
  readonly log: Logger;
  /** The attempt's processes are gone; its slot can serve again, `left` first whoever follows in its warm pool. */
  readonly onSlotFree: (slot: Slot, left?: LeftSlot) => void;
}

export interface Grant {
  readonly key: AttemptKey;
  readonly order: TrainingOrder;
  readonly slot: Slot;
  /** When the claim was sent, by the monotonic clock: the lease counts from there. */
  readonly askedAtMs: number;
  /** When the slot became free for this class. */
  readonly slotFreeAtMs: number;
}

/** Every attempt this agent holds, and what happens to it. */
export class AttemptBoard {
  readonly #parts: BoardParts;
  readonly #held = new Map<string, HeldAttempt>();
  readonly #changes = new Changes();
  readonly #logSettling: TimeoutQueue<string>;

  constructor(parts: BoardParts) {
    this.#parts = parts;
    this.#logSettling = new TimeoutQueue(parts.clock, LOG_SETTLE_MS);
  }

  has(key: AttemptKey): boolean {
    return this.#held.has(attemptName(key));
  }

  running(): AttemptKey[] {
    return this.#inState('running').map(({ key }) => key);
  }

  start({ key, order, slot, askedAtMs, slotFreeAtMs }: Grant): void {
    const { executor, leases } = this.#parts;
    const attempt = new HeldAttempt(key, slot);
    if (order.keepAliveSeconds > 0) attempt.warmPool = order.warmPool;
    leases.grant(key, askedAtMs);
    this.#hold(attempt, 'start', () =>
      executor.start({
        key,
        order,
        observer: this.#observerOf(attempt),
        resources: slot.resources,
        cpuCount: slot.cpuCount,
        gpuUuids: slot.gpuUuids,
        slotFreeAtMonotonicMs: slotFreeAtMs,
        confirmLease: () => leases.confirm(key),
      }),
    );
  }

  /** Goes on with what an earlier agent process left. Its lease is held from {@link leasesHeld} on. */
  takeOver(kept: KeptAttempt, slot: Slot): void {
    const { leases, log } = this.#parts;
    const attempt = new HeldAttempt(kept.key, slot, true);
    if (kept.order.keepAliveSeconds > 0) attempt.warmPool = kept.order.warmPool;
    log.info({ attempt: attempt.name }, 'going on with what an earlier agent process had started');
    this.#hold(attempt, 'go on with', () =>
      kept.takeOver({
        observer: this.#observerOf(attempt),
        confirmLease: async () => {
          await attempt.leased;
          return leases.confirm(kept.key);
        },
      }),
    );
  }

  /** The server has taken a hello that was sent at `saidAtMs` and left these attempts to this agent. */
  leasesHeld(saidAtMs: number): void {
    const { leases } = this.#parts;
    for (const attempt of this.#inState('running', 'reported')) {
      if (attempt.beginLease()) leases.grant(attempt.key, saidAtMs);
    }
  }

  /** Whether the attempt goes on when this process ends. */
  outlivesAgent(key: AttemptKey): boolean {
    return this.#held.get(attemptName(key))?.execution?.outlivesAgent === true;
  }

  /** Leaves all that goes on without this process to the next one. */
  letGo(): void {
    for (const attempt of this.#held.values()) {
      attempt.isLetGo = true;
      attempt.execution?.letGo?.();
    }
    this.#held.clear();
  }

  #hold(attempt: HeldAttempt, what: string, begin: () => AttemptExecution): void {
    const { logs } = this.#parts;
    this.#held.set(attempt.name, attempt);
    try {
      const execution = begin();
      attempt.execution = execution;
      logs.add(attempt.key, execution.log);
      if (execution.log.length > 0) logs.grew(attempt.key);
      execution.result.then(
        (result) => this.#ended(attempt, result),
        (error: unknown) => this.#broke(attempt, 'carry out', error),
      );
    } catch (error) {
      this.#broke(attempt, what, error);
    }
  }

  /** A fault of ours ends one attempt, and never the agent with all the others. */
  #broke(attempt: HeldAttempt, what: string, error: unknown): void {
    this.#parts.log.error({ err: error, attempt: attempt.name }, `could not ${what} the attempt`);
    const reason = `The agent could not ${what} the attempt: ${error instanceof Error ? error.message : String(error)}`;
    this.#ended(attempt, { key: attempt.key, outcome: { kind: 'InternalError', reason }, finalMetrics: [] });
  }

  /** Tells a new connection everything that the old one may not have delivered, each attempt's story in its order. */
  connected(): void {
    const { uplink, logs } = this.#parts;
    for (const attempt of this.#held.values()) {
      if (attempt.state === 'abandoned') continue;
      if (attempt.state !== 'acknowledged') for (const message of attempt.told.rewind()) uplink.send(message);
      logs.resume(attempt.key);
      if (attempt.state === 'reported') void this.#deliverReport(attempt);
    }
  }

  /** The server answered the renewal sent at `sentAtMs`. */
  renewalAnswered(sentAtMs: number): void {
    for (const attempt of this.#held.values()) {
      const durableMs = attempt.told.answered(sentAtMs);
      if (attempt.state === 'running') attempt.execution?.toldUntil?.(durableMs);
    }
  }

  /** The server asks for the end of the attempt. */
  stop(key: AttemptKey, reason: StopReason): void {
    const attempt = this.#held.get(attemptName(key));
    if (attempt?.state === 'running') attempt.execution?.stop(reason);
  }

  interrupt(key: AttemptKey, reason: string, time?: StopTime): void {
    const attempt = this.#held.get(attemptName(key));
    if (attempt?.state === 'running') attempt.interrupt(reason, time);
  }

  /** Ends the attempt's processes at once and reports it as interrupted. */
  kill(key: AttemptKey, reason: string): void {
    const attempt = this.#held.get(attemptName(key));
    if (attempt?.state === 'running') attempt.kill(reason);
  }

  /** The server would not renew the lease. A result on its way is still answered, so only a program is ended. */
  leaseLost(key: AttemptKey): void {
    if (this.#held.get(attemptName(key))?.state === 'running') this.abandon(key);
    else this.#parts.leases.release(key);
  }

  /** The server says that the attempt is not this agent's: ends its processes and reports nothing. */
  abandon(key: AttemptKey): void {
    const { leases, reports, log } = this.#parts;
    leases.release(key);
    reports.settle(key);
    const attempt = this.#held.get(attemptName(key));
    if (attempt === undefined || attempt.state === 'abandoned') return;
    log.warn({ attempt: attempt.name }, 'the server gave this attempt away; ending it');
    if (attempt.state === 'running') attempt.kill('The attempt is not leased to this agent any more.');
    else this.#forget(attempt);
    attempt.state = 'abandoned';
    this.#changes.announce();
  }

  reportAcknowledged(key: AttemptKey, accepted: boolean): void {
    this.#parts.reports.settle(key);
    this.#parts.leases.release(key);
    const attempt = this.#held.get(attemptName(key));
    if (attempt?.state !== 'reported') return;
    if (!accepted) this.#parts.log.warn({ attempt: attempt.name }, 'the result came too late and does not count');
    attempt.state = 'acknowledged';
    this.#changes.announce();
    if (accepted) this.#settleLog(attempt);
    else this.#forget(attempt);
  }

  /** Resolves when no program runs any more. */
  async whenNoneRuns(): Promise<void> {
    await this.#changes.until(() => this.#inState('running', 'abandoned').length === 0);
  }

  /** Resolves when this is so; attempts that begin or end may change it. */
  async when(condition: () => boolean): Promise<void> {
    await this.#changes.until(condition);
  }

  /** Resolves when nothing of any attempt is left here. */
  async whenEmpty(): Promise<void> {
    await this.#changes.until(() => this.#held.size === 0);
  }

  close(): void {
    this.#logSettling.clear();
  }

  #observerOf(attempt: HeldAttempt): AttemptObserver {
    const { clock, logs } = this.#parts;
    const key = attempt.key;
    return {
      phase: (phase, atMs, message) =>
        this.#tell(
          attempt,
          agentMessage({
            case: 'phaseChange',
            value: { key, phase: toAttemptPhaseMessage(phase), atMs: BigInt(Math.round(atMs)), message },
          }),
          clock.monotonicMs(),
        ),
      metrics: (points) =>
        this.#tell(
          attempt,
          agentMessage({ case: 'metricBatch', value: { key, points: points.map(toMetricPointMessage) } }),
          clock.monotonicMs(),
        ),
      logGrew: () => logs.grew(key),
    };
  }

  #tell(attempt: HeldAttempt, message: ConnectRequest, nowMs: number): void {
    if (attempt.state !== 'running') return;
    attempt.told.add(message, nowMs);
    this.#parts.uplink.send(message);
  }

  #ended(attempt: HeldAttempt, result: AttemptResult): void {
    if (attempt.isLetGo) return;
    const { clock, reports, onSlotFree, log } = this.#parts;
    let left: LeftSlot | undefined;
    if (attempt.state === 'abandoned') {
      this.#forget(attempt);
    } else {
      attempt.state = 'reported';
      const outcome = attempt.outcomeOf(result);
      left = attempt.leaves(outcome);
      log.debug({ attempt: attempt.name, outcome: outcome.kind, atMs: clock.wallMs() }, 'attempt ended');
      reports.keep(toAttemptReport({ ...result, outcome }, attempt.execution?.log.length ?? 0));
      void this.#deliverReport(attempt);
      this.#changes.announce();
    }
    onSlotFree(attempt.slot, left);
  }

  async #deliverReport(attempt: HeldAttempt): Promise<void> {
    await this.#parts.logs.flush(attempt.key);
    this.#parts.reports.send(attempt.name);
  }

  #settleLog(attempt: HeldAttempt): void {
    this.#logSettling.add(attempt.name, () => {
      this.#parts.log.warn({ attempt: attempt.name }, 'the server did not take the whole log; dropping the rest');
      this.#forget(attempt);
    });
    void this.#parts.logs.settled(attempt.key).then(() => {
      if (this.#logSettling.delete(attempt.name)) this.#forget(attempt);
    });
  }

  #forget(attempt: HeldAttempt): void {
    if (!this.#held.delete(attempt.name)) return;
    this.#parts.logs.remove(attempt.key);
    this.#changes.announce();
    attempt.execution?.dispose().catch((error: unknown) => {
      this.#parts.log.warn({ err: error, attempt: attempt.name }, "the attempt's folder could not be removed");
    });
  }

  #inState(...states: readonly HeldAttempt['state'][]): HeldAttempt[] {
    return [...this.#held.values()].filter((attempt) => states.includes(attempt.state));
  }
}
