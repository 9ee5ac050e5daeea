/** Interruptions that are only rehearsed: the agent does as if its machine were taken away. */
export interface AgentDrills {
  /** Tells a connected agent that its machine has so many seconds left. */
  interrupt(agentId: string, secondsLeft: number): void;
}
