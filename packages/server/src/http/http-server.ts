import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

export interface HttpServerParts {
  readonly metrics: Registry;
  /** @returns false while this server stands by. @throws when something it needs is out of reach. */
  ready(): Promise<boolean>;
}

/** Thrown when a port is taken. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  constructor(host: string, port: number) {
    super(`Port ${port} on ${host} is in use. Is Fleetune running already? Choose another with --port.`);
  }
}

/** The HTTP server with what every face shares: health, readiness and metrics. */
export function createHttpServer(parts: HttpServerParts): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      if (await parts.ready()) return { status: 'ready' };
      return reply.code(503).send({ status: 'standing by' });
    } catch (error) {
      return reply
        .code(503)
        .send({ status: 'not ready', reason: error instanceof Error ? error.message : String(error) });
    }
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.type(parts.metrics.contentType).send(await parts.metrics.metrics());
  });
  return app;
}

/** @returns the port. @throws PortTakenError */
export async function listenHttp(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new PortTakenError(host, port);
    throw error;
  }
  return (app.server.address() as AddressInfo).port;
}
