import type { AgentState } from '../state.js';
import type { StepContext } from '../step-context.js';

/** Takes into the fleet's capacity what changed about an agent. */
export function recount({ state, nowMs }: StepContext, agent: AgentState): void {
  if (state.capacity.count(agent, nowMs)) state.admissionDue = true;
}
