import { totalmem } from 'node:os';
import { PRELOADABLE } from './preload-list.js';

/**
 * `off`: every program is started by itself. `auto`: the jobs of a tuning job wait for their zygote, others take one
 * that is there, where the sandbox allows. `on`: every Python program waits for its zygote, and for another if it breaks.
 */
export type ZygoteChoice = 'off' | 'auto' | 'on';

export interface ZygoteOptions {
  /** How long an unused zygote is kept. Default 600,000. */
  readonly keepAliveMs?: number;
  /** After so many programs a zygote is replaced. Default 200. */
  readonly maxForks?: number;
  /** Default 4. */
  readonly maxZygotes?: number;
  /** What all zygotes may hold together. Default an eighth of the machine's memory. */
  readonly maxResidentBytes?: number;
  /** From the request to the program's first instruction. Default 5,000. */
  readonly forkWithinMs?: number;
  /** From its start to the end of its imports. Default 60,000. */
  readonly readyWithinMs?: number;
  /** Top-level names of the modules that may be imported in a zygote. */
  readonly preloadable?: readonly string[];
}

export function withZygoteDefaults(options: ZygoteOptions) {
  return {
    keepAliveMs: options.keepAliveMs ?? 600_000,
    maxForks: options.maxForks ?? 200,
    maxZygotes: options.maxZygotes ?? 4,
    maxResidentBytes: options.maxResidentBytes ?? totalmem() / 8,
    forkWithinMs: options.forkWithinMs ?? 5_000,
    readyWithinMs: options.readyWithinMs ?? 60_000,
    preloadable: options.preloadable ?? PRELOADABLE,
  };
}

export type ZygoteLimits = ReturnType<typeof withZygoteDefaults>;
