/** Time as the agent sees it. Leases count by `monotonicMs`; `wallMs` is only ever shown to people. */
export interface AgentClock {
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Runs `action` once, after `delayMs`. The returned function calls it off. */
  after(delayMs: number, action: () => void): () => void;
}

export const systemClock: AgentClock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
