import { Code, ConnectError } from '@connectrpc/connect';
import type { GatewayClient } from '@fleetune/protocol';
import type { AgentClock } from '../clock.js';
import { backoffMs } from '../gateway/backoff.js';
import { type AgentIdentity, readIdentity, writeIdentity } from './identity-file.js';

export interface Joining {
  readonly stateDirectory: string;
  readonly joinToken?: string;
  readonly agentName: string;
  readonly gateway: GatewayClient;
  readonly clock: AgentClock;
  readonly random: () => number;
  /** Told each time the server could not be reached; joining goes on. */
  readonly onUnreachable: (error: ConnectError) => void;
  readonly signal?: AbortSignal;
}

/**
 * Finds out who this agent is: from its state directory, else by exchanging the join token once. Waits for a server
 * that cannot be reached yet.
 *
 * @throws JoinTokenMissingError, JoinRefusedError, IdentityFileError
 */
export async function joinFleet(joining: Joining): Promise<AgentIdentity> {
  const known = await readIdentity(joining.stateDirectory);
  if (known !== undefined) return known;
  const { joinToken, agentName } = joining;
  if (joinToken === undefined) throw new JoinTokenMissingError(joining.stateDirectory);
  for (let failures = 0; ; failures += 1) {
    joining.signal?.throwIfAborted();
    try {
      const { agentId, credential } = await joining.gateway.service.join({ joinToken, agentName });
      await writeIdentity(joining.stateDirectory, { agentId, credential });
      return { agentId, credential };
    } catch (error) {
      const refusal = ConnectError.from(error);
      if (REFUSALS.has(refusal.code)) throw new JoinRefusedError(refusal.rawMessage);
      if (!(error instanceof ConnectError)) throw error;
      joining.onUnreachable(refusal);
      await new Promise<void>((resolve) => joining.clock.after(backoffMs(failures, joining.random), resolve));
    }
  }
}

const REFUSALS: ReadonlySet<Code> = new Set([
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.InvalidArgument,
  Code.NotFound,
  Code.Unimplemented,
]);

/** The agent has no identity yet, and nothing to get one with. */
export class JoinTokenMissingError extends Error {
  override readonly name = 'JoinTokenMissingError';
  constructor(stateDirectory: string) {
    super(
      `No agent has joined from ${stateDirectory} yet; make a join token on the server and start the agent with it.`,
    );
  }
}

/** The server does not take the join token. */
export class JoinRefusedError extends Error {
  override readonly name = 'JoinRefusedError';
  constructor(reason: string) {
    super(`The server refused the join token: ${reason}. Tokens are single use; make a new one.`);
  }
}
