import { instanceCandidates } from '../placement/instance-candidates.js';
import type { SchedulerSettings, SchedulerState, TrainingJobState } from '../state.js';
import { anyOffer } from './plan.js';
import { mustHold } from './violation.js';

/** Ticks come every second, and each one places what can be placed. */
const PLACED_WITHIN_MS = 3_000;

/** What must hold of the scheduler's memory after every event: its indexes equal a recount. */
export function checkMemory(state: Readonly<SchedulerState>, settings: SchedulerSettings, nowMs: number): void {
  const queued = new Map<string, number>();
  const held = new Map<string, number>();
  let waiting = 0;
  for (const job of state.trainingJobs.values()) {
    // What is cross-validated runs in its folds.
    if (job.crossValidation !== undefined) continue;
    const { attempt } = job;
    const isLive = attempt !== undefined && attempt.state !== 'Ended';
    if (isLive) held.set(job.tenant, (held.get(job.tenant) ?? 0) + 1);
    if (attempt?.state === 'Queued' && attempt.warmPoolOf === undefined) count(queued, attempt.instanceClass);
    if (!isLive) waiting += 1;
    mustHold('I1', isLive !== state.pending.has(job.id), `${job.name} ${isLive ? 'waits and runs' : 'is forgotten'}`);
  }
  for (const pool of state.warmPools.values()) {
    if (pool.reservedFor === undefined) held.set(pool.tenant, (held.get(pool.tenant) ?? 0) + 1);
  }
  mustHold('I1', waiting === state.pending.size, `${state.pending.size} training jobs wait, ${waiting} should`);
  mustHold('I5', same(queued, state.queuedByClass), 'the length of a class queue is miscounted');
  for (const tenant of new Set([...held.keys(), ...settings.tenants.keys()])) {
    const count_ = held.get(tenant) ?? 0;
    mustHold('I5', state.shares.held(tenant) === count_, `${tenant} holds ${count_}, not ${state.shares.held(tenant)}`);
    const quota = settings.tenants.get(tenant)?.maxInstances ?? Number.POSITIVE_INFINITY;
    mustHold('I5', count_ <= quota, `${tenant} holds ${count_} of ${quota} instances`);
  }
  for (const job of state.tuningJobs.values()) {
    const permits = job.inFlight.size;
    const { maxParallelTrainingJobs, maxTrainingJobs = Number.POSITIVE_INFINITY } = job.spec.limits;
    mustHold('I3', permits + job.asking <= maxParallelTrainingJobs, `${job.name} has ${permits} permits in use`);
    mustHold('I4', job.launched + job.asking <= maxTrainingJobs, `${job.name} launched ${job.launched}`);
  }
  checkCapacity(state, queued, nowMs);
}

function checkCapacity(state: Readonly<SchedulerState>, queued: ReadonlyMap<string, number>, nowMs: number): void {
  const slots = new Map<string, number>();
  const free = new Map<string, number>();
  const leased = new Map<string, number>();
  for (const { attempt } of state.trainingJobs.values()) {
    if (attempt?.state === 'Leased') count(leased, attempt.agentId ?? '');
  }
  for (const agent of state.agents.values()) {
    const expected = leased.get(agent.id) ?? 0;
    mustHold('I5', agent.leases.size === expected, `${agent.id} has ${expected} leases, not ${agent.leases.size}`);
    if (agent.state !== 'Ready') continue;
    for (const [name, offered] of agent.offers) {
      const used = [...agent.leases.values(), ...agent.retained.values()].filter(
        (one) => name === anyOffer(one) || one === name,
      ).length;
      slots.set(name, (slots.get(name) ?? 0) + offered);
      free.set(name, (free.get(name) ?? 0) + Math.max(0, offered - used));
    }
  }
  for (const name of new Set([...slots.keys(), 'small', 'large', 'small:spot'])) {
    if (name === anyOffer(name)) continue;
    mustHold('I5', state.capacity.namedFree(name) === (free.get(name) ?? 0), `free slots of ${name} are miscounted`);
    const all = (slots.get(name) ?? 0) + (slots.get(anyOffer(name)) ?? 0);
    mustHold('I5', state.capacity.slots(name) === all, `slots of ${name} are miscounted`);
  }
  for (const job of state.trainingJobs.values()) checkPlaced(state, job, free, queued, nowMs);
}

/** I14: no slot is kept idle while a training job waits that could have it. */
function checkPlaced(
  state: Readonly<SchedulerState>,
  job: TrainingJobState,
  free: ReadonlyMap<string, number>,
  queued: ReadonlyMap<string, number>,
  nowMs: number,
): void {
  const [only, second] = instanceCandidates(job.spec, state.settings.spotOnly);
  const sinceMs = state.pending.waitsSinceMs(job.id);
  if (sinceMs === undefined || only === undefined || second !== undefined) return;
  const waitedMs = nowMs - Math.max(sinceMs, job.notBeforeMs, state.startedAtMs);
  if (waitedMs < PLACED_WITHIN_MS || state.shares.quotaLeft(job.tenant) <= 0) return;
  const idle = (free.get(only.instanceType) ?? 0) > 0 && (queued.get(only.instanceType) ?? 0) === 0;
  mustHold('I14', !idle, `${job.name} waits although ${only.instanceType} has free slots`);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function same(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}
