import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiOptions, ApiRequest } from './api-options.js';
import { bearerToken } from './bearer-token.js';
import { serializeBody } from './contract/page.js';
import { errorAnswer, UnauthorizedError } from './error-answer.js';
import { accessKeyRoutes } from './routes/access-keys.js';
import { agentRoutes } from './routes/agents.js';
import { eventRoute } from './routes/events.js';
import { trainingJobLogRoute } from './routes/training-job-log.js';
import { trainingJobRoutes } from './routes/training-jobs.js';
import { tuningJobRoutes } from './routes/tuning-jobs.js';
import { uploadRoutes } from './routes/uploads.js';
import { warmPoolRoutes } from './routes/warm-pools.js';

export const API_PREFIX = '/api/v1';

/** Adds Fleetune's own JSON API to `app`, under `/api/v1`; nothing outside that prefix is touched. */
export async function registerApi(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const tenants = new WeakMap<FastifyRequest, string>();
  const access: ApiRequest = {
    tenant(request) {
      const tenant = tenants.get(request);
      if (tenant === undefined) throw new UnauthorizedError();
      return tenant;
    },
  };
  await app.register(
    async (scope) => {
      scope.setReplySerializer(serializeBody);
      scope.setErrorHandler((error, request, reply) => {
        const answer = errorAnswer(error);
        if (answer.status >= 500)
          options.onInternalError?.(error, `${request.method} ${request.routeOptions.url ?? ''}`);
        return reply.code(answer.status).send(answer.body);
      });
      scope.setNotFoundHandler((request, reply) => {
        const message = `There is no ${request.method} ${request.url.split('?')[0]}.`;
        return reply.code(404).send({ error: { code: 'NotFound', message, faults: [] } });
      });
      scope.addHook('onRequest', async (request, reply) => {
        const tenant = bearerTenant(request, options);
        if (tenant === undefined) {
          reply.header('www-authenticate', 'Bearer');
          throw new UnauthorizedError();
        }
        tenants.set(request, tenant);
      });
      tuningJobRoutes(scope, access, options);
      trainingJobRoutes(scope, access, options);
      trainingJobLogRoute(scope, access, options.jobs);
      agentRoutes(scope, access, options);
      warmPoolRoutes(scope, access, options);
      eventRoute(scope, access, options);
      if (options.accessKeys !== undefined) accessKeyRoutes(scope, options.accessKeys);
      await scope.register(async (uploads) => uploadRoutes(uploads, access, options.uploads));
    },
    { prefix: API_PREFIX },
  );
}

function bearerTenant(request: FastifyRequest, options: ApiOptions): string | undefined {
  const token = bearerToken(request);
  return token === undefined ? undefined : options.authenticate(token);
}
