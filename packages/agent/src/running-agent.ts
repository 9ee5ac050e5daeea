import type { SpotNotice } from './spot/spot-notices.js';

/** Connecting: no server at the moment. Ready: takes work. Draining: takes no new work. Stopped: over. */
export type AgentState = 'Connecting' | 'Ready' | 'Draining' | 'Stopped';

export interface RunningAgent {
  /** Given by the server when the agent joined. */
  readonly id: string;
  readonly state: AgentState;
  /** Resolves when the server has welcomed the agent for the first time, or the agent is over. */
  whenReady(): Promise<void>;
  /** Takes no new work from now on; resolves when what runs has ended and the server has every result. */
  drain(): Promise<void>;
  /**
   * The machine is about to be taken away: takes no new work and ends what runs in the time that is left, each program
   * with time to save. Their training jobs go on elsewhere from their checkpoints. Resolves when all that is reported,
   * or the time is over; the agent then waits, draining, for its own end.
   */
  interrupt(notice: SpotNotice): Promise<void>;
  /**
   * Ends the agent: drains for `drainSeconds`, then asks the programs that still run to save and end, then kills them.
   * On a spot machine that is an interruption with `spotSeconds`. What could not be reported is reported by the next
   * agent on the same state directory.
   */
  stop(): Promise<void>;
  /**
   * Ends the agent, to be started anew, without its programs: the next agent on the same state directory goes on with
   * them, if it comes before their leases end. Programs that cannot go on without an agent are stopped as by
   * {@link stop}, and attempted again.
   */
  handOver(): Promise<void>;
  /** Ends every program and the agent at once, also while it stops. */
  kill(): Promise<void>;
  /** Resolves when the agent is over. Rejects with AgentRejectedError when the server does not accept it any more. */
  readonly closed: Promise<void>;
}
