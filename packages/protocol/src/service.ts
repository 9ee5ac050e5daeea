import type { ServiceImpl } from '@connectrpc/connect';
import type { AgentService } from './generated/fleetune/agent/v1/agent_pb.js';

/** What a server implements to be an agent gateway; given to `ConnectRouter.service(AgentService, handlers)`. */
export type AgentServiceHandlers = ServiceImpl<typeof AgentService>;

/** Newest protocol both ends of this package speak. */
export const PROTOCOL_VERSION = 1;

/** How an agent shows its credential. */
export function authorizationHeaders(credential: string): Record<string, string> {
  return { authorization: `Bearer ${credential}` };
}

/** The credential of a call, or undefined when it shows none. */
export function credentialOf(headers: Headers): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}
