import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessKeyAdministration } from '../access-key-administration.js';
import { bearerToken } from '../bearer-token.js';
import { createAccessKeySchema } from '../contract/access-key.js';
import { AccessKeyNotFoundError, ForbiddenError } from '../error-answer.js';
import { parseRequest } from '../parse-request.js';

interface ById {
  Params: { id: string };
}

export function accessKeyRoutes(app: FastifyInstance, accessKeys: AccessKeyAdministration): void {
  const requireAdministrator = async (request: FastifyRequest) => {
    if (!accessKeys.isAdministrator(bearerToken(request) ?? '')) throw new ForbiddenError();
  };
  const onRequest = requireAdministrator;

  app.post('/access-keys', { onRequest }, async (request, reply) => {
    const { tenant } = parseRequest(createAccessKeySchema, request.body);
    return reply.code(201).send(await accessKeys.create(tenant));
  });

  app.get('/access-keys', { onRequest }, async () => ({ accessKeys: await accessKeys.list() }));

  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    app.post<ById>(`/access-keys/:id/${verb}`, { onRequest }, async ({ params: { id } }, reply) => {
      if (!(await accessKeys.enable(id, enabled))) throw new AccessKeyNotFoundError(id);
      return reply.code(204).send();
    });
  }

  app.delete<ById>('/access-keys/:id', { onRequest }, async ({ params: { id } }, reply) => {
    if (!(await accessKeys.remove(id))) throw new AccessKeyNotFoundError(id);
    return reply.code(204).send();
  });
}
