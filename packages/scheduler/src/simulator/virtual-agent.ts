import type { AttemptKey, AttemptResult, StopReason } from '@fleetune/domain';
import type { SchedulerEvent } from '../event.js';
import type { LeaseGrant } from '../ports.js';
import type { AgentParts } from './agent-parts.js';
import type { AgentStream } from './agent-stream.js';
import { type Claim, type Held, usedUnits } from './held-attempt.js';
import { KeptSlots } from './kept-slots.js';
import { leaseOrder, nextLeaseOrderMs } from './lease-orders.js';
import { machineUnits, type PlannedAgent, unitsOf } from './plan.js';
import { attemptName } from './store-model.js';
import { type ProgramEnd, VirtualProgram } from './virtual-program.js';

const RENEW_MS = 5_000;
const CLAIM_TIMEOUT_MS = 5_000;
const REPEAT_REPORT_MS = 10_000;

/**
 * An agent by the rules of the real one: claims what queues hand out, renews leases by its own clock, ends programs
 * before their lease does, and reports until it is acknowledged, from a journal that survives a kill.
 */
export class VirtualAgent {
  readonly id: string;
  readonly planned: PlannedAgent;
  readonly units: number;
  state: 'down' | 'up' | 'frozen' = 'down';
  readonly held = new Map<string, Held>();
  /** On disk. */
  readonly journal = new Map<string, AttemptResult>();
  readonly kept = new KeptSlots();
  readonly #parts: AgentParts<VirtualAgent>;
  readonly #claims = new Map<string, Claim>();
  readonly #sentReports = new Map<string, number>();
  readonly #waitingForThaw: (() => void)[] = [];
  #demand: readonly string[] = [];
  #stream: AgentStream | undefined;
  #welcomed = false;
  #draining = false;
  #boot = 0;
  #unansweredSinceMs: number | undefined;
  #callOffLeases: () => void = () => {};

  constructor(planned: PlannedAgent, parts: AgentParts<VirtualAgent>) {
    this.id = planned.id;
    this.planned = planned;
    this.units = machineUnits(planned);
    this.#parts = parts;
  }

  /** It could take work now. */
  get isOpen(): boolean {
    return this.state === 'up' && this.#welcomed && !this.#draining;
  }

  usedUnits(): number {
    return usedUnits(this.held.values(), this.#claims.values()) + this.kept.units;
  }

  boot(): void {
    this.state = 'up';
    this.#boot += 1;
    this.#draining = false;
    this.#connect();
    this.#renewRegularly();
  }

  /** SIGKILL: programs die with it, the journal stays. */
  kill(): void {
    for (const { program } of this.held.values()) program?.kill();
    this.held.clear();
    this.kept.clear();
    this.#claims.clear();
    this.#sentReports.clear();
    this.#waitingForThaw.length = 0;
    this.#boot += 1;
    this.state = 'down';
    this.#disconnect();
  }

  freeze(): void {
    if (this.state === 'up') this.state = 'frozen';
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'up';
    for (const act of this.#waitingForThaw.splice(0)) act();
  }

  drain(): void {
    if (this.state === 'down') return;
    this.#draining = true;
    this.kept.clear();
    this.#tell({ kind: 'AgentDraining', agentId: this.id });
    this.#after(10_000, () => {
      for (const held of this.held.values()) this.#interrupt(held, 'The agent is shutting down.');
    });
  }

  /** A stream is gone, by default the present one. */
  cutOff(stream = this.#stream): void {
    this.#guard(() => {
      if (stream === undefined || this.#stream !== stream) return;
      this.#disconnect();
      this.#after(this.#parts.chance.between(200, 3_000), () => this.#stream === undefined && this.#connect());
    })();
  }

  welcome(stream: AgentStream, killAttempts: readonly AttemptKey[], keptSlots: readonly AttemptKey[]): void {
    this.#receive(stream, () => {
      this.kept.named(keptSlots);
      for (const key of killAttempts) this.#abandon(key);
      this.#welcomed = true;
      this.#unansweredSinceMs = undefined;
      for (const held of this.held.values()) for (const event of held.told) this.#tell(event);
      for (const name of this.journal.keys()) this.#sendReport(name);
      this.#renew();
      if (this.#draining) this.#tell({ kind: 'AgentDraining', agentId: this.id });
      this.lookForWork();
    });
  }

  setDemand(stream: AgentStream, instanceClasses: readonly string[]): void {
    this.#receive(stream, () => {
      this.#demand = instanceClasses;
      this.lookForWork();
    });
  }

  keepSlots(stream: AgentStream, slots: readonly AttemptKey[]): void {
    this.#receive(stream, () => {
      this.kept.named(slots);
      this.lookForWork();
    });
  }

  /** An attempt for one of the slots that it keeps. */
  offered(stream: AgentStream, key: AttemptKey, instanceClass: string, keptAfter: AttemptKey): void {
    this.#receive(stream, () => {
      const name = attemptName(key);
      if (!this.isOpen || this.held.has(name) || this.#claims.has(name)) return;
      const units = this.kept.lend(keptAfter);
      if (units !== undefined) this.#claim({ key, instanceClass, units, keptAfter, askedAtMs: this.#nowMs() });
    });
  }

  granted(stream: AgentStream, grant: LeaseGrant): void {
    this.#receive(stream, () => {
      const name = attemptName(grant.key);
      const claim = this.#claims.get(name);
      if (claim === undefined) return this.#giveBack(grant.key);
      this.#claims.delete(name);
      this.#start(claim, grant);
    });
  }

  refused(stream: AgentStream, key: AttemptKey): void {
    this.#receive(stream, () => {
      this.kept.takeBack(this.#claims.get(attemptName(key))?.keptAfter);
      this.#claims.delete(attemptName(key));
      this.lookForWork();
    });
  }

  stopOrdered(stream: AgentStream, key: AttemptKey, reason: StopReason): void {
    this.#receive(stream, () => this.held.get(attemptName(key))?.program?.stop(reason));
  }

  renewed(stream: AgentStream, sentAtMs: number, renewed: readonly AttemptKey[], lost: readonly AttemptKey[]): void {
    this.#receive(stream, () => {
      this.#unansweredSinceMs = undefined;
      for (const key of renewed) {
        const held = this.held.get(attemptName(key));
        if (held !== undefined) held.heldFromMs = Math.max(held.heldFromMs, sentAtMs);
      }
      for (const key of lost) if (this.held.get(attemptName(key))?.state === 'running') this.#abandon(key);
      this.#armLeases();
    });
  }

  acknowledged(stream: AgentStream, key: AttemptKey): void {
    this.#receive(stream, () => {
      const name = attemptName(key);
      this.journal.delete(name);
      this.#sentReports.delete(name);
      if (this.held.get(name)?.state === 'reported') this.held.delete(name);
      this.kept.settle(name);
      this.lookForWork();
    });
  }

  /** Pulls from the queues of classes in demand while there is room. */
  lookForWork(): void {
    if (!this.isOpen) return;
    for (const instanceClass of this.#demand) {
      const units = unitsOf(this.planned, instanceClass);
      while (units !== undefined && this.units - this.usedUnits() >= units) {
        const key = this.#parts.queue.take(instanceClass);
        if (key === undefined) break;
        if (!this.held.has(attemptName(key)) && !this.#claims.has(attemptName(key))) {
          this.#claim({ key, instanceClass, units, askedAtMs: this.#nowMs() });
        }
      }
    }
  }

  #claim(claim: Claim): void {
    const name = attemptName(claim.key);
    this.#claims.set(name, claim);
    this.#tell({ kind: 'ClaimRequested', agentId: this.id, key: claim.key, keptAfter: claim.keptAfter });
    this.#after(CLAIM_TIMEOUT_MS, () => this.#claims.get(name) === claim && this.#giveUp(claim));
  }

  #giveUp(claim: Claim): void {
    this.#claims.delete(attemptName(claim.key));
    if (claim.keptAfter === undefined) this.#parts.queue.putBack(claim.instanceClass, claim.key);
    this.kept.takeBack(claim.keptAfter);
  }

  #start(claim: Claim, grant: LeaseGrant): void {
    const { key, warmPool } = grant;
    if (claim.keptAfter !== undefined) this.kept.used(claim.keptAfter);
    const held: Held = {
      key,
      warmPool,
      keepsSlot: grant.spec.keepAliveSeconds > 0,
      units: claim.units,
      state: 'running',
      heldFromMs: claim.askedAtMs,
      stopOrdered: false,
      told: [],
    };
    this.held.set(attemptName(key), held);
    this.#armLeases();
    const story = (event: SchedulerEvent) => {
      if (held.state !== 'running' || this.held.get(attemptName(key)) !== held) return;
      held.told.push(event);
      this.#tell(event);
    };
    held.program = new VirtualProgram({
      plan: this.#parts.programOf(grant),
      after: (delayMs, act) => this.#parts.timeline.after(delayMs, act),
      nowMs: () => this.#parts.timeline.nowMs,
      onPhase: (phase) =>
        this.#guard(() => story({ kind: 'PhaseChanged', agentId: this.id, key, phase, message: '' }))(),
      onMetrics: (points) => this.#guard(() => story({ kind: 'MetricsReported', agentId: this.id, key, points }))(),
      onEnd: (end) => this.#guard(() => this.#ended(held, end))(),
    });
    if (this.#parts.isBroken()) held.program.breakDown('The disk is full.');
    this.#parts.onProgramStarted(this, grant, claim.instanceClass);
  }

  #ended(held: Held, end: ProgramEnd): void {
    const name = attemptName(held.key);
    if (this.held.get(name) !== held || held.state !== 'running') return;
    held.state = 'reported';
    const { interruption } = held;
    const byAgent = interruption !== undefined && end.outcome.kind === 'Stopped';
    const outcome = byAgent ? ({ kind: 'Interrupted', reason: interruption } as const) : end.outcome;
    const isSound = outcome.kind !== 'InternalError' && outcome.kind !== 'Interrupted';
    if (held.keepsSlot && isSound && !this.#draining) this.kept.keep(held.key, held.units);
    this.#report({ key: held.key, ...end, outcome });
    this.lookForWork();
  }

  #report(result: AttemptResult): void {
    const name = attemptName(result.key);
    this.journal.set(name, result);
    this.#sendReport(name);
  }

  #sendReport(name: string): void {
    const result = this.journal.get(name);
    if (result === undefined || !this.#welcomed) return;
    this.#sentReports.set(name, this.#nowMs());
    this.#tell({ kind: 'AttemptReported', agentId: this.id, result });
  }

  /** A grant that came after its claim was given up. */
  #giveBack(key: AttemptKey): void {
    if (this.held.has(attemptName(key)) || this.journal.has(attemptName(key))) return;
    const reason = 'The agent had given the attempt back to its queue before the server granted it.';
    this.#report({ key, outcome: { kind: 'Interrupted', reason }, finalMetrics: [] });
  }

  #interrupt(held: Held, reason: string): void {
    if (held.state !== 'running') return;
    held.interruption = reason;
    held.program?.stop('AgentStopping');
  }

  #kill(held: Held, reason: string): void {
    if (held.state !== 'running') return;
    held.program?.kill();
    held.state = 'reported';
    this.#report({ key: held.key, outcome: { kind: 'Interrupted', reason }, finalMetrics: [] });
  }

  #abandon(key: AttemptKey): void {
    const name = attemptName(key);
    this.held.get(name)?.program?.kill();
    this.held.delete(name);
    this.journal.delete(name);
    this.#sentReports.delete(name);
    this.kept.settle(name);
    this.lookForWork();
  }

  #connect(): void {
    if (this.state === 'down') return;
    const stream = this.#parts.openStream(this);
    this.#stream = stream;
    const running = [...this.held.values()].filter((held) => held.state === 'running').map((held) => held.key);
    const reported = [...this.journal.values()].map((result) => result.key);
    this.#parts.sayHello(stream, [...running, ...reported], this.kept.keys);
  }

  #disconnect(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#welcomed = false;
    this.#sentReports.clear();
    for (const claim of [...this.#claims.values()]) this.#giveUp(claim);
    if (stream !== undefined) this.#parts.closeStream(stream);
  }

  #renewRegularly(): void {
    this.#after(RENEW_MS, () => {
      this.#renewRegularly();
      if (this.#stream === undefined) return;
      const silentMs = this.#unansweredSinceMs === undefined ? 0 : this.#nowMs() - this.#unansweredSinceMs;
      if (silentMs >= 2 * RENEW_MS) return this.cutOff(this.#stream);
      if (!this.#welcomed) {
        this.#unansweredSinceMs ??= this.#nowMs();
        return;
      }
      this.#renew();
      for (const [name, sentAtMs] of this.#sentReports) {
        if (this.#nowMs() - sentAtMs >= REPEAT_REPORT_MS) this.#sendReport(name);
      }
    });
  }

  #renew(): void {
    const sentAtMs = Math.floor(this.#nowMs());
    this.#unansweredSinceMs ??= sentAtMs;
    const keys = [...this.held.values()].map((held) => held.key);
    this.#tell({ kind: 'LeasesRenewed', agentId: this.id, keys, sentAtMonotonicMs: BigInt(sentAtMs) });
  }

  #armLeases(): void {
    this.#callOffLeases();
    const running = [...this.held.values()].filter(({ state }) => state === 'running');
    const dueMs = nextLeaseOrderMs(running, this.#parts.leaseTtlMs);
    if (dueMs === undefined) return;
    this.#callOffLeases = this.#after(Math.max(0, dueMs - this.#nowMs()), () => this.#checkLeases());
  }

  #checkLeases(): void {
    const reason = 'The agent could not reach its server to renew the lease.';
    for (const held of [...this.held.values()]) {
      const order = leaseOrder(held, this.#parts.leaseTtlMs, this.#nowMs());
      if (order === 'kill') this.#kill(held, reason);
      if (order !== 'stop') continue;
      held.stopOrdered = true;
      this.#interrupt(held, reason);
    }
    this.#armLeases();
  }

  #receive(stream: AgentStream, act: () => void): void {
    this.#guard(() => {
      if (this.#stream === stream) act();
    })();
  }

  #tell(event: SchedulerEvent): void {
    if (this.#stream !== undefined && this.#welcomed) this.#parts.send(this.#stream, event);
  }

  /** By the agent's own, drifting clock. */
  #nowMs(): number {
    return this.#parts.timeline.nowMs * (1 + this.planned.drift);
  }

  #after(delayMs: number, act: () => void): () => void {
    return this.#parts.timeline.after(delayMs / (1 + this.planned.drift), this.#guard(act));
  }

  /** Nothing of an earlier boot happens any more, and nothing at all while the process is stopped. */
  #guard(act: () => void): () => void {
    const boot = this.#boot;
    const run = () => {
      if (this.#boot !== boot || this.state === 'down') return;
      if (this.state === 'frozen') this.#waitingForThaw.push(run);
      else act();
    };
    return run;
  }
}
