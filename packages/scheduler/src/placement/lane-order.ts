import type { SchedulerState, TrainingJobState } from '../state.js';
import type { Lane as LaneOf } from './backlog.js';

type Lane = LaneOf<TrainingJobState>;

/** So many steps of priority a lane that is never served climbs at most. */
const MAX_AGING_STEPS = 20;

/** Which lane of a tenant is next: the highest priority, then the flow that holds the least. */
export function goesBefore(state: SchedulerState, one: Lane, other: Lane, nowMs: number): boolean {
  const byPriority = agedPriority(state, one, nowMs) - agedPriority(state, other, nowMs);
  if (byPriority !== 0) return byPriority > 0;
  return state.shares.heldByFlow(one.flow) < state.shares.heldByFlow(other.flow);
}

/** Waiting lifts a lane by one step at a time, being served lets it fall back: no priority starves another. */
function agedPriority(state: SchedulerState, lane: Lane, nowMs: number): number {
  const first = lane.returned.first() ?? lane.fresh.first();
  const waitsSinceMs = Math.max(lane.servedAtMs, first?.sinceMs ?? nowMs);
  const steps = Math.floor((nowMs - waitsSinceMs) / state.settings.agingStepMs);
  return lane.priority + Math.min(steps, MAX_AGING_STEPS);
}
