import type { FastifyInstance } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import { NotAnArchiveError } from '../error-answer.js';

/** In a scope of its own: here, and only here, every body is a stream of bytes. */
export function uploadRoutes(app: FastifyInstance, access: ApiRequest, uploads: ApiOptions['uploads']): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.put('/uploads', async (request, reply) => {
    const archive = request.body as NodeJS.ReadableStream | undefined;
    if (archive === undefined) throw new NotAnArchiveError();
    const uri = await uploads.save(archive, access.tenant(request));
    return reply.code(201).send({ uri });
  });
}
