import type { GatewayTls } from '@fleetune/protocol';
import type { Logger } from 'pino';
import type { OpenAttemptSource } from './attempt-source.js';
import type { AgentClock } from './clock.js';
import type { AttemptExecutor } from './execution/attempt-execution.js';
import type { Offer } from './inventory/capacity.js';
import type { SpotNotices } from './spot/spot-notices.js';

export interface AgentConfig {
  /** The server's gRPC gateway, `https://HOST:PORT`, or `http://` on this machine. */
  readonly serverUrl: string;
  readonly tls?: GatewayTls;
  /** Speak plaintext to another machine. */
  readonly allowPlaintext?: boolean;
  /** Needed once; afterwards the identity in `stateDirectory` counts. */
  readonly joinToken?: string;
  /** What people call this agent. */
  readonly name: string;
  /** Belongs to this agent alone: identity and unacknowledged results. Made when missing. */
  readonly stateDirectory: string;
  readonly offer: Offer;
  readonly executor: AttemptExecutor;
  /** Opens the class queues that the server names. */
  readonly openSource: OpenAttemptSource;
  readonly log: Logger;
  readonly version: string;
  /** Where the agent hears that its machine will be taken away. */
  readonly spotNotices?: SpotNotices;
  /** How long a spot machine lives after `stop()`, which is what its cloud's SIGTERM leads to. Default 30 s. */
  readonly spotSeconds?: number;
  /** How long `stop()` lets programs run to their end. Default 10 s. */
  readonly drainSeconds?: number;
  /** How long programs that `stop()` or `handOver()` asked to end may save. Default 120 s. */
  readonly stopGraceSeconds?: number;
}

/** What a test may put in place of the machine. */
export interface AgentDependencies {
  readonly clock?: AgentClock;
  /** From 0 to 1, for the jitter between reconnects. */
  readonly random?: () => number;
  /** The program that lists GPUs. Default `nvidia-smi`. */
  readonly nvidiaSmi?: string;
  /** How long a claim waits for its answer. Default 5 s. */
  readonly claimTimeoutMs?: number;
  /** Calls off joining. */
  readonly signal?: AbortSignal;
}
