import { type AgentIdentity, isDeadLabel } from '../../process-tree/attempt-tag.js';
import type { ContainerEngine } from './container-engine.js';
import { AGENT_LABEL, STATE_LABEL } from './container-labels.js';
import { statusOf } from './engine-errors.js';

/**
 * Removes the containers that earlier agent processes of this state folder left behind, running or not.
 *
 * @returns how many were removed.
 * @throws EngineUnreachableError when the engine does not answer; what it said when it could not remove one.
 */
export async function sweepContainers(engine: ContainerEngine, agent: AgentIdentity): Promise<number> {
  const own = JSON.stringify({ label: [`${STATE_LABEL}=${agent.stateId}`] });
  const containers = await engine.ask((client) => client.listContainers({ all: true, filters: own }));
  const orphans = containers.filter(({ Labels }) => isDeadLabel(Labels[AGENT_LABEL] ?? ''));
  await Promise.all(orphans.map(({ Id }) => removeOrphan(engine, Id)));
  return orphans.length;
}

async function removeOrphan(engine: ContainerEngine, id: string): Promise<void> {
  try {
    await engine.ask((client) => client.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}
