import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AgentService, type AgentServiceHandlers } from '@fleetune/protocol';

export interface GrpcServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves agents over gRPC on HTTP/2 without TLS: bind it to loopback, or put TLS in front. */
export async function startGrpcServer(handlers: AgentServiceHandlers, host: string, port: number): Promise<GrpcServer> {
  const server = createServer(connectNodeAdapter({ routes: (router) => router.service(AgentService, handlers) }));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await listen(server, host, port);
  return { port: (server.address() as AddressInfo).port, close: () => close(server, sessions) };
}

function listen(server: Http2Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Http2Server, sessions: ReadonlySet<ServerHttp2Session>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Streams live as long as agents do, so nobody waits for them.
  for (const session of sessions) session.destroy();
  await closed;
}
