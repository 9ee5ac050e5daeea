import type { AttemptKey } from '@fleetune/domain';
import { type AgentIdentity, agentLabel } from '../../process-tree/attempt-tag.js';

/** Which agent's state folder a container belongs to; in every one that an agent of Fleetune starts. */
export const STATE_LABEL = 'fleetune.state';
/** The agent process that started it. */
export const AGENT_LABEL = 'fleetune.agent';

/** Labels by which a container is found again, and its operator sees what it is for. */
export function containerLabels(agent: AgentIdentity, key: AttemptKey, trainingJobName: string) {
  return {
    [STATE_LABEL]: agent.stateId,
    [AGENT_LABEL]: agentLabel(agent),
    'fleetune.attempt': `${key.trainingJobId}.${key.fence}`,
    'fleetune.training-job': trainingJobName,
  };
}
