import type { StepContext } from '../step-context.js';

/** Tells agents to listen on the queue of a class that had no work lately. */
export function announceDemand(context: StepContext, instanceClass: string): void {
  const { state, nowMs } = context;
  const isNew = !state.demand.has(instanceClass);
  state.demand.set(instanceClass, nowMs);
  if (isNew) context.emit({ kind: 'AnnounceDemand', instanceClasses: [...state.demand.keys()] });
}

/** Lets agents stop listening on class queues that have been silent for a while. */
export function forgetSilentClasses(context: StepContext): void {
  const { state, nowMs } = context;
  let changed = false;
  for (const [instanceClass, lastDueMs] of state.demand) {
    if (state.queuedByClass.has(instanceClass)) state.demand.set(instanceClass, nowMs);
    else if (nowMs - lastDueMs > state.settings.demandLingerMs) changed = state.demand.delete(instanceClass) || changed;
  }
  if (changed) context.emit({ kind: 'AnnounceDemand', instanceClasses: [...state.demand.keys()] });
}
