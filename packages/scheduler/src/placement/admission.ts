import type { InstanceRequest } from '@fleetune/domain';
import type { AttemptRecord, TrainingJobState } from '../state.js';
import type { StepContext } from '../step-context.js';
import { moveTo } from '../transitions.js';
import { nearMiss } from '../warm-pools/near-miss.js';
import { offerWarmPools } from '../warm-pools/reuse.js';
import type { Lane as LaneOf, Waiting as WaitingOf } from './backlog.js';
import { joinQueue } from './class-queue.js';
import { ClassRooms } from './class-rooms.js';
import { announceDemand } from './demand.js';
import { chooseInstance, describePlacement, type Placement } from './fallback.js';
import { instanceCandidates } from './instance-candidates.js';
import { goesBefore } from './lane-order.js';
import { beginAttempt } from './new-attempt.js';

type Lane = LaneOf<TrainingJobState>;
type Waiting = WaitingOf<TrainingJobState>;

/**
 * Gives waiting training jobs an attempt while there is room. The backlog stays here: a class queue holds as many
 * attempts as slots are free, or as many as ended lately, so that a freed slot finds work at once and everything else
 * is still decided late. Between tenants the least served is next, within its quota; within a tenant the highest
 * priority, then the tuning job that holds the least; within a tuning job the oldest.
 *
 * A pass looks at one training job of each lane at most, and only when something may have changed.
 */
export function admitPending(context: StepContext): void {
  const { state, nowMs } = context;
  if (state.pending.wake(nowMs)) state.admissionDue = true;
  if (!state.admissionDue) return;
  state.admissionDue = false;
  offerWarmPools(context);
  if (state.pending.size === 0 || state.agents.size === 0) return;
  const rooms = new ClassRooms(state.capacity, state.queuedByClass, state.recentEnds, nowMs);
  const ranks = new Map<string, number>();
  for (const tenant of state.pending.tenants()) ranks.set(tenant, state.shares.rank(tenant, nowMs));
  const blocked = new Set<Lane | string>();
  for (let tenant = lowest(ranks); tenant !== undefined; tenant = lowest(ranks)) {
    const next = state.shares.quotaLeft(tenant) > 0 ? nextOf(context, tenant, rooms, blocked) : undefined;
    if (next === undefined) {
      ranks.delete(tenant);
      continue;
    }
    startAttempt(context, next.waiting, next.placement, rooms);
    next.lane.servedAtMs = nowMs;
    ranks.set(tenant, state.shares.rank(tenant, nowMs));
  }
}

/**
 * A training job has no live attempt, and waits for one from now on.
 *
 * @param avoid the class that it comes from, where nobody claimed it.
 */
export function awaitPlacement({ state, nowMs }: StepContext, job: TrainingJobState, avoid?: string): void {
  if (state.pending.add(job, nowMs, avoid)) state.shares.awaits(job.tenant, state.pending.tenants(), nowMs);
  state.admissionDue = true;
}

interface Next {
  readonly lane: Lane;
  readonly waiting: Waiting;
  readonly placement: Placement;
}

function lowest(ranks: ReadonlyMap<string, number>): string | undefined {
  let found: string | undefined;
  let lowestRank = Number.POSITIVE_INFINITY;
  for (const [tenant, rank] of ranks) {
    if (found !== undefined && rank >= lowestRank) continue;
    found = tenant;
    lowestRank = rank;
  }
  return found;
}

/**
 * The training job of a tenant that is next among those that can be placed now.
 *
 * @param blocked lanes, and shapes of one instance type, that cannot be placed in this pass.
 */
function nextOf(
  context: StepContext,
  tenant: string,
  rooms: ClassRooms,
  blocked: Set<Lane | string>,
): Next | undefined {
  const { state, nowMs } = context;
  let best: Next | undefined;
  for (const lane of state.pending.lanes(tenant)) {
    if (blocked.has(lane.shape) || blocked.has(lane)) continue;
    if (best !== undefined && !goesBefore(state, lane, best.lane, nowMs)) continue;
    const next = firstOf(context, lane, rooms);
    if (next !== undefined) best = next;
    else blocked.add(lane.shape.includes(' ') ? lane : lane.shape);
  }
  return best;
}

function firstOf(context: StepContext, lane: Lane, rooms: ClassRooms): Next | undefined {
  const { state, nowMs } = context;
  for (const waiting of [lane.returned.first(), lane.fresh.first()]) {
    if (waiting === undefined) continue;
    const placement = chooseInstance(instanceCandidates(waiting.job.spec, state.settings.spotOnly), {
      rooms,
      avoid: waiting.avoid,
      isOpen: (instanceClass) => state.breakers.isOpen(instanceClass, nowMs),
      waitedMs: nowMs - waiting.sinceMs,
      patienceMs: state.settings.entryPatienceMs,
    });
    if (placement !== undefined) return { lane, waiting, placement };
  }
  return undefined;
}

function startAttempt(context: StepContext, waiting: Waiting, placement: Placement, rooms: ClassRooms): void {
  const { state } = context;
  const { job } = waiting;
  const candidates = instanceCandidates(job.spec, state.settings.spotOnly);
  const instanceClass = candidates[placement.instanceIndex]?.instanceType as string;
  rooms.take(instanceClass);
  const attempt = beginAttempt(context, job, instanceClass, placement);
  joinQueue(state, job, attempt);
  noteNearMiss(context, job, attempt);
  if (placement.instanceIndex > 0) noteFallback(context, waiting, candidates, placement);
  context.emit({ kind: 'SaveTrainingJob', job });
  context.emit({ kind: 'Enqueue', instanceClass, key: { trainingJobId: job.id, fence: job.fence } });
  announceDemand(context, instanceClass);
}

function noteNearMiss({ state, emit }: StepContext, job: TrainingJobState, attempt: AttemptRecord): void {
  const entry = job.spec.instances[attempt.instanceIndex];
  if (entry === undefined || job.spec.spot) return;
  attempt.nearMiss = nearMiss(state.warmPools, job, entry);
  if (attempt.nearMiss === undefined) return;
  emit({ kind: 'Observe', fact: { kind: 'WarmPoolMissed', field: attempt.nearMiss.field } });
}

function noteFallback(
  context: StepContext,
  { job }: Waiting,
  instances: readonly InstanceRequest[],
  placement: Placement,
): void {
  if (job.secondaryStatus === 'Starting') {
    moveTo(job, 'Starting', `Starting on ${describePlacement(instances, placement)}`, context.nowMs);
  }
  const to = instances[placement.instanceIndex]?.instanceType ?? '';
  for (const { instanceType, reason } of placement.passedOver) {
    context.emit({ kind: 'Observe', fact: { kind: 'FellBack', from: instanceType, to, reason } });
  }
}
