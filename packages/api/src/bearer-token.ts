import type { FastifyRequest } from 'fastify';

/** The token of an Authorization header; undefined when there is none. */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
