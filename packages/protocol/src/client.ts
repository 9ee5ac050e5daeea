import type { SecureClientSessionOptions } from 'node:http2';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { AgentService } from './generated/fleetune/agent/v1/agent_pb.js';

/** PEM texts. Without `ca` the system's authorities count; `cert` and `key` are the agent's own, for mTLS. */
export interface GatewayTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Checked against the server's certificate instead of the host in the URL. */
  readonly serverName?: string;
}

export interface GatewayConnection {
  /** `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly serverUrl: string;
  readonly tls?: GatewayTls;
  /** Speak plaintext to a host that is not this machine. Credentials and jobs then travel readable. */
  readonly allowPlaintext?: boolean;
}

export interface GatewayClient {
  readonly service: Client<typeof AgentService>;
  /** Closes the connection and every stream on it. */
  close(): void;
}

/**
 * Makes a client of an agent gateway (gRPC over HTTP/2). It connects at the first call, and again when the connection
 * was lost.
 *
 * @throws GatewayUrlError when the URL is not one, or would send credentials readable over a network.
 */
export function connectGateway(connection: GatewayConnection): GatewayClient {
  const url = parseGatewayUrl(connection);
  const sessions = new Http2SessionManager(url, { pingIntervalMs: 20_000 }, secureOptions(connection.tls));
  const transport = createGrpcTransport({ baseUrl: url.origin, sessionManager: sessions, acceptCompression: [] });
  return {
    service: createClient(AgentService, transport),
    close: () => sessions.abort(),
  };
}

/** The server's address cannot be used. */
export class GatewayUrlError extends Error {
  override readonly name = 'GatewayUrlError';
}

function parseGatewayUrl({ serverUrl, allowPlaintext }: GatewayConnection): URL {
  if (!URL.canParse(serverUrl)) {
    throw new GatewayUrlError(`"${serverUrl}" is not a server address; write it as https://HOST:PORT.`);
  }
  const url = new URL(serverUrl);
  if (url.protocol === 'https:') return url;
  if (url.protocol !== 'http:') {
    throw new GatewayUrlError(`"${serverUrl}" starts with ${url.protocol}//; agents speak https:// or http://.`);
  }
  if (!isLoopback(url.hostname) && allowPlaintext !== true) {
    throw new GatewayUrlError(
      `"${serverUrl}" would send this agent's credential unencrypted to another machine; use https://, or allow plaintext when the network is private.`,
    );
  }
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function secureOptions(tls: GatewayTls | undefined): SecureClientSessionOptions {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}
