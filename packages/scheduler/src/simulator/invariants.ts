import { type AttemptKey, instanceTypeOf, isSpotClass } from '@fleetune/domain';
import type { TrialOutcome } from '@fleetune/search';
import type { LeaseGrant } from '../ports.js';
import type { SchedulerSettings, SchedulerState } from '../state.js';
import type { WarmPoolState } from '../warm-pools/warm-pool-state.js';
import { hash } from './chance.js';
import { checkMemory } from './memory-invariants.js';
import { anyOffer } from './plan.js';
import { checkTrainingJob, checkTuningJob } from './row-invariants.js';
import type { Snapshot, StoreModel, TrainingJobRow } from './store-model.js';
import { attemptName } from './store-model.js';
import { mustHold } from './violation.js';
import type { VirtualAgent } from './virtual-agent.js';
import { checkClusters, checkKeptSlots, checkPools, checkSlotEntered, checkWarmPool } from './warm-pool-invariants.js';

export interface InvariantParts {
  readonly settings: SchedulerSettings;
  readonly store: StoreModel;
  readonly agents: readonly VirtualAgent[];
  readonly nowMs: () => number;
  /** How many steps the scheduler has made. */
  readonly steps: () => number;
  /** Of the server that schedules, if one does. */
  readonly state: () => Readonly<SchedulerState> | undefined;
  /** True for the job, or the tuning job, with this id when its programs take their time to stop. */
  readonly isStubborn: (jobId: string) => boolean;
  /** When every fault has healed. */
  readonly calmAtMs: number;
}

/** A stopping program may take so long beyond its deadline until the store says so: a lease, its grace and a margin. */
const STOP_MARGIN_MS = 60_000;
/** A program that listens stops within a second; then come its report and a commit. */
const STOPS_WITHIN_MS = 10_000;
/** Steps of the server's clock come once a second, commits within milliseconds, when nothing disturbs them. */
const DEADLINE_MARGIN_MS = 10_000;
/** Messages that were delayed, and leases that began in the last of the trouble. */
const AFTERMATH_MS = 90_000;

/** What must hold after every event of a run, whatever goes wrong. Each check throws a Violation that names its rule. */
export class Invariants {
  readonly #parts: InvariantParts;
  readonly #rowsBefore = new Map<string, TrainingJobRow>();
  readonly #poolsBefore = new Map<string, WarmPoolState>();
  /** When calm began, or the present server started if that was later: deadlines are kept by a server that lives. */
  #servedSinceMs = Number.POSITIVE_INFINITY;
  #digest = 0;
  #checkedSteps = 0;
  #checkDeadlinesAtMs = 0;
  #broken: unknown;
  checks = 0;

  constructor(parts: InvariantParts) {
    this.#parts = parts;
  }

  /** Says whether two runs were the same, transaction by transaction. */
  get digest(): number {
    return this.#digest;
  }

  termBegan(): void {
    this.#servedSinceMs = this.#parts.nowMs();
  }

  /** I6, I2: the store refuses what must not be. Only a server that was replaced, or did not hear an answer, may try. */
  ownershipRefused(error: Error, wasReplaced: boolean): void {
    this.#remember(() => {
      const isRepeat = / had already ended| is not the newest/.test(error.message);
      mustHold('I2', wasReplaced || isRepeat, `the store refused a transaction: ${error.message}`);
    });
  }

  committed(rows: Snapshot): void {
    const { store, nowMs, calmAtMs } = this.#parts;
    for (const row of rows.trainingJobs) {
      const before = this.#rowsBefore.get(row.id);
      const attempts = rows.attempts.filter((attempt) => attempt.trainingJobId === row.id);
      checkTrainingJob(before, row, attempts);
      this.#rowsBefore.set(row.id, row);
      this.#digest = hash(`${this.#digest} ${nowMs()} ${row.id} ${row.secondaryStatus} ${row.fence} ${row.objective}`);
    }
    for (const pool of rows.warmPools) {
      checkWarmPool(this.#poolsBefore.get(pool.trainingJobId), pool, store);
      this.#poolsBefore.set(pool.trainingJobId, pool);
    }
    if (rows.warmPools.length > 0) checkClusters(store);
    for (const row of rows.tuningJobs) checkTuningJob(row, store);
    for (const { trainingJobId, outcome, leasedAtMs = 0 } of rows.attempts) {
      if (outcome?.kind !== 'Lost' || leasedAtMs < calmAtMs + AFTERMATH_MS) continue;
      mustHold('I13', false, `${trainingJobId} was given up although nothing was wrong: ${outcome.reason}`);
    }
    for (const row of rows.trainingJobs) {
      if (row.tuning === undefined) continue;
      const tuning = store.tuningJobs.get(row.tuning.tuningJobId);
      if (tuning !== undefined) checkTuningJob(tuning, store);
    }
  }

  /** I6: an agent hears of a lease only when it is durable, and is the only one that has it. */
  granted(agentId: string, { key, instanceType, spec }: LeaseGrant): void {
    this.#remember(() => {
      const attempt = this.#parts.store.attempts.get(attemptName(key));
      const row = this.#parts.store.trainingJobs.get(key.trainingJobId);
      const isDurable = attempt !== undefined && attempt.agentId === agentId && attempt.leasedAtMs !== undefined;
      mustHold('I6', isDurable, `${attemptName(key)} was granted to ${agentId} before the store said so`);
      mustHold('I6', (row?.fence ?? 0) >= key.fence, `${attemptName(key)} was granted with a fence of its own`);
      const entry = spec.instances[attempt?.instanceIndex ?? -1];
      mustHold(
        'I5',
        entry?.instanceType === instanceType && instanceTypeOf(attempt?.instanceClass ?? '') === instanceType,
        `${attemptName(key)} runs on ${instanceType}, not its entry`,
      );
      const limitSeconds = row?.spec.stopping.maxRuntimeSeconds ?? 0;
      const mayRunMs = (row?.trainingMs ?? 0) + spec.stopping.maxRuntimeSeconds * 1000;
      // Rounded up, and a second at least.
      const isWithin = !spec.spot || mayRunMs <= limitSeconds * 1000 + 1_000;
      mustHold('I13', isWithin, `${attemptName(key)} may run on to ${mayRunMs} ms, and its job for ${limitSeconds} s`);
      const instanceClass = attempt?.instanceClass ?? '';
      mustHold(
        'I5',
        spec.spot || !isSpotClass(instanceClass),
        `${attemptName(key)} is on spot and did not agree to it`,
      );
      const offers = this.#parts.agents.find((agent) => agent.id === agentId)?.planned.offers ?? {};
      const serves = offers[anyOffer(instanceClass)] !== undefined || (offers[instanceClass] ?? 0) > 0;
      mustHold(
        'I5',
        serves,
        `${attemptName(key)} of ${instanceClass} was granted to ${agentId}, which does not offer it`,
      );
    });
  }

  /** I2: a result that was accepted is in the store. */
  acknowledged(key: AttemptKey, accepted: boolean): void {
    this.#remember(() => {
      if (!accepted) return;
      const attempt = this.#parts.store.attempts.get(attemptName(key));
      mustHold('I2', attempt?.state === 'Ended', `${attemptName(key)} was acknowledged before it was durable`);
      mustHold('I6', attempt.outcome?.kind !== 'Lost', `a result of ${attemptName(key)} counts although it was lost`);
    });
  }

  /** I2: the search hears of every end once, after it is durable, and as it was. */
  told(tuningJobId: string, index: number, outcome: TrialOutcome, again: boolean): void {
    this.#remember(() => {
      const { store } = this.#parts;
      const trial = `${tuningJobId}#${index}`;
      mustHold('I2', !again, `the search heard of ${trial} twice`);
      const row = store.trainingJobs.get(store.trials.get(tuningJobId)?.get(index) ?? '');
      mustHold('I2', row?.endedAtMs !== undefined, `the search heard of the end of ${trial} before it was durable`);
      const objective = outcome.kind === 'Failed' ? undefined : outcome.objective;
      const expected = row?.status === 'Failed' ? undefined : row?.objective;
      mustHold('I2', objective === expected, `the search heard ${objective} of ${trial}, the store has ${expected}`);
    });
  }

  /** I7: no two programs of a training job, but for agents that are stopped and cannot know. */
  programStarted(agent: VirtualAgent, grant: LeaseGrant, takenFrom: string): void {
    const { key, instanceType } = grant;
    const { trainingJobId, fence } = key;
    checkSlotEntered(this.#parts.agents, agent, grant, this.#parts.store);
    const isRight = instanceTypeOf(takenFrom) === instanceType;
    mustHold('I5', isRight, `${trainingJobId} of ${instanceType} was on the queue of ${takenFrom}`);
    for (const other of this.#parts.agents) {
      if (other.state !== 'up') continue;
      for (const { key: held, program } of other.held.values()) {
        if (other === agent && held.fence === fence) continue;
        const isSame = held.trainingJobId === trainingJobId && program?.alive === true;
        mustHold('I7', !isSame, `${trainingJobId} starts on ${agent.id} while ${other.id} runs it`);
      }
    }
  }

  /** For what the scheduler calls: it must not be broken off by the rule it broke. */
  #remember(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#broken ??= error;
    }
  }

  /** After every event. */
  afterEvent(): void {
    this.checks += 1;
    if (this.#broken !== undefined) throw this.#broken;
    const { agents, state, settings, calmAtMs, nowMs, steps } = this.#parts;
    for (const agent of agents) {
      mustHold('I5', agent.usedUnits() <= agent.units, `${agent.id} runs ${agent.usedUnits()} of ${agent.units}`);
    }
    const held = state();
    if (held === undefined) return;
    if (steps() === this.#checkedSteps) return;
    this.#checkedSteps = steps();
    checkMemory(held, settings, nowMs());
    checkPools(held, nowMs());
    // Deadlines are kept to the second: they are looked at once a second.
    if (nowMs() < calmAtMs || nowMs() < this.#checkDeadlinesAtMs) return;
    this.#checkDeadlinesAtMs = nowMs() + 1_000;
    this.#servedSinceMs = Math.max(this.#servedSinceMs, calmAtMs);
    this.#checkDeadlines();
    if (nowMs() < calmAtMs + AFTERMATH_MS) return;
    this.#checkAgents(held);
    checkKeptSlots(held, agents, nowMs());
  }

  /** I14: whoever could take work is counted on. */
  #checkAgents(held: Readonly<SchedulerState>): void {
    for (const agent of this.#parts.agents) {
      const known = held.agents.get(agent.id)?.state;
      mustHold('I14', !agent.isOpen || known === 'Ready', `${agent.id} is there, and is ${known} to the scheduler`);
    }
  }

  /** I13, once nothing disturbs any more: whoever was asked to stop stops, and limits are kept. */
  #checkDeadlines(): void {
    const { store, settings, nowMs, calmAtMs, isStubborn } = this.#parts;
    const servedMs = nowMs() - this.#servedSinceMs;
    for (const row of store.trainingJobs.values()) {
      if (row.endedAtMs !== undefined) continue;
      const { maxWaitSeconds, maxPendingSeconds } = row.spec.stopping;
      if (row.status === 'Stopping') {
        const stoppingSinceMs = row.transitions.at(-1)?.startTimeMs ?? 0;
        const stoppingMs = Math.min(nowMs() - stoppingSinceMs, servedMs);
        const listens = stoppingSinceMs >= calmAtMs + AFTERMATH_MS && !isStubborn(row.tuning?.tuningJobId ?? row.id);
        const withinMs = listens ? STOPS_WITHIN_MS : settings.stopDeadlineMs + STOP_MARGIN_MS;
        mustHold('I13', stoppingMs < withinMs, `${row.name} was to stop and has not`);
        continue;
      }
      const ageMs = nowMs() - row.createdAtMs - DEADLINE_MARGIN_MS;
      if (servedMs < DEADLINE_MARGIN_MS) continue;
      mustHold('I13', ageMs < (maxWaitSeconds ?? Infinity) * 1000, `${row.name} is older than MaxWaitTime`);
      const neverRan =
        row.fence <= 1 && store.attempts.get(attemptName({ trainingJobId: row.id, fence: 1 })) === undefined;
      mustHold(
        'I13',
        !neverRan || ageMs < (maxPendingSeconds ?? Infinity) * 1000,
        `${row.name} pends beyond its limit`,
      );
      mustHold('I13', !this.#isUnheard(row, servedMs), `${row.name}: nobody heard the stop`);
    }
    for (const row of store.tuningJobs.values()) {
      if (row.endedAtMs !== undefined || servedMs < DEADLINE_MARGIN_MS * 2) continue;
      const ageMs = nowMs() - row.createdAtMs - DEADLINE_MARGIN_MS;
      const isOverdue = ageMs >= (row.spec.limits.maxRuntimeSeconds ?? Infinity) * 1000;
      mustHold('I13', !isOverdue || row.completionReason !== undefined, `${row.name} is older than MaxRuntime`);
      const isUnheard = row.status !== 'Stopping' && this.#isUnheard(row, servedMs);
      mustHold('I13', !isUnheard, `${row.name}: nobody heard the stop`);
    }
  }

  #isUnheard({ stopRequestedAtMs }: { readonly stopRequestedAtMs?: number }, servedMs: number): boolean {
    if (stopRequestedAtMs === undefined) return false;
    return Math.min(this.#parts.nowMs() - stopRequestedAtMs, servedMs) >= DEADLINE_MARGIN_MS * 2;
  }

  /** When all is over: nothing is left anywhere. */
  checkRest(): void {
    const { agents, state } = this.#parts;
    const left = state();
    if (left !== undefined) {
      mustHold('I1', left.trainingJobs.size + left.tuningJobs.size === 0, 'the scheduler holds jobs that are over');
      mustHold('I1', left.pending.size === 0, 'the backlog holds jobs that are over');
      mustHold('I5', left.queuedByClass.size === 0, 'attempts are counted as queued that are over');
    }
    for (const agent of agents) {
      for (const { key, program } of agent.held.values()) {
        mustHold('I7', program?.alive !== true, `${attemptName(key)} runs on ${agent.id} although it is over`);
      }
      mustHold('I2', agent.journal.size === 0, `${agent.id} still reports what was settled`);
    }
  }
}
