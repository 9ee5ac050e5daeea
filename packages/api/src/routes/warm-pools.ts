import type { FastifyInstance } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import type { ListedWarmPool } from '../contract/warm-pool.js';
import { warmPoolResource } from '../resources.js';

export function warmPoolRoutes(app: FastifyInstance, access: ApiRequest, { jobs }: ApiOptions): void {
  app.get('/warm-pools', async (request) => {
    const [pools, agents] = await Promise.all([jobs.listWarmPools(access.tenant(request)), jobs.listAgents()]);
    const names = new Map(agents.map(({ id, name }) => [id, name]));
    const warmPools = pools.map(({ trainingJobName, ...pool }): ListedWarmPool => {
      const agentName = names.get(pool.agentId) ?? pool.agentId;
      return { trainingJobName, agentName, ...warmPoolResource(pool) };
    });
    return { warmPools };
  });
}
