/** Agents that take no new work and go on with what they run. */
export interface AgentCordons {
  /** Tells a connected agent to take no new work, until it is told otherwise. */
  cordon(agentId: string): void;
  /** Tells a connected agent to take work again. */
  uncordon(agentId: string): void;
}
