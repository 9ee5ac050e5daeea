import type { AttemptKey } from '@fleetune/domain';
import type { SchedulerEvent } from '../event.js';
import type { LeaseGrant } from '../ports.js';
import type { AgentStream } from './agent-stream.js';
import type { Chance } from './chance.js';
import type { QueueModel } from './queue-model.js';
import type { Timeline } from './timeline.js';
import type { ProgramPlan } from './virtual-program.js';

/** What surrounds a virtual agent. */
export interface AgentParts<Agent> {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly queue: QueueModel;
  readonly leaseTtlMs: number;
  readonly isBroken: () => boolean;
  readonly programOf: (grant: LeaseGrant) => ProgramPlan;
  readonly openStream: (agent: Agent) => AgentStream;
  /** The first message of a stream. */
  readonly sayHello: (stream: AgentStream, held: readonly AttemptKey[], kept: readonly AttemptKey[]) => void;
  readonly send: (stream: AgentStream, event: SchedulerEvent) => void;
  readonly closeStream: (stream: AgentStream) => void;
  /** @param instanceClass whose queue it was taken from, or whose slot was kept. */
  readonly onProgramStarted: (agent: Agent, grant: LeaseGrant, instanceClass: string) => void;
}
