import type { AgentClock } from './clock.js';

/** Waits for `done`, but no longer than `limitMs`. True when it came in time. */
export async function within(clock: AgentClock, limitMs: number, done: Promise<unknown>): Promise<boolean> {
  return await new Promise<boolean>((resolve, reject) => {
    const callOff = clock.after(limitMs, () => resolve(false));
    done.then(() => resolve(true), reject).finally(callOff);
  });
}
