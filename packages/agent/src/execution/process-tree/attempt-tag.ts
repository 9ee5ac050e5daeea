import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { AttemptKey } from '@fleetune/domain';
import { allPids, environmentOf, isAlive, type ProcessIdentity, processIdentity } from './proc.js';

const ATTEMPT_VARIABLE = 'FLEETUNE_ATTEMPT';
const AGENT_VARIABLE = 'FLEETUNE_AGENT';

/** One agent process: which state folder it serves, and itself. */
export interface AgentIdentity {
  /** Stands for the state folder without telling training code where it is. */
  readonly stateId: string;
  readonly process: ProcessIdentity;
}

export function agentIdentity(stateFolder: string): AgentIdentity {
  const stateId = createHash('sha256').update(resolve(stateFolder)).digest('hex').slice(0, 16);
  return { stateId, process: processIdentity(process.pid) ?? { pid: process.pid, startTicks: '0' } };
}

/** Name of this agent process among those that ever served the same state folder. */
export function agentLabel(agent: AgentIdentity): string {
  return `${agent.process.pid}-${agent.process.startTicks}`;
}

/** True when the agent process that a label names is gone. */
export function isDeadLabel(label: string): boolean {
  const [pid, startTicks = ''] = label.split('-');
  return !isAlive({ pid: Number(pid), startTicks });
}

/** Variables by which every process of an attempt can be found again. */
export function attemptTag(agent: AgentIdentity, key: AttemptKey): Record<string, string> {
  return {
    [ATTEMPT_VARIABLE]: `${key.trainingJobId}.${key.fence}`,
    [AGENT_VARIABLE]: `${agent.stateId}.${agentLabel(agent)}`,
  };
}

/** Every living process that carries these tags. */
export function taggedPids(tag: Readonly<Record<string, string>>): number[] {
  return allPids().filter((pid) => {
    const variables = environmentOf(pid);
    return Object.entries(tag).every(([name, value]) => variables.get(name) === value) && processIdentity(pid);
  });
}

/**
 * Every living process of attempts that a dead agent process of this state folder left behind.
 *
 * @param kept tags of the attempts that this agent process goes on with.
 */
export function orphanPids(agent: AgentIdentity, kept: readonly Readonly<Record<string, string>>[]): number[] {
  return allPids().filter((pid) => {
    const variables = environmentOf(pid);
    const [stateId, label = ''] = variables.get(AGENT_VARIABLE)?.split('.') ?? [];
    if (stateId !== agent.stateId || !isDeadLabel(label) || processIdentity(pid) === undefined) return false;
    return !kept.some((tag) => Object.entries(tag).every(([name, value]) => variables.get(name) === value));
  });
}
