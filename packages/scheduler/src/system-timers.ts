import type { Timers } from './ports.js';

/** The process's own timers. */
export const SYSTEM_TIMERS: Timers = {
  pause: (ms) => new Promise((resolve) => (ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms))),
  every: (ms, act) => {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
};
