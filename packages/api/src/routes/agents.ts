import type { JobService } from '@fleetune/scheduler';
import type { FastifyInstance } from 'fastify';
import type { ApiRequest } from '../api-options.js';
import { agentResource } from '../resources.js';
import { waitingJobs } from '../waiting-jobs.js';

/** So many of the jobs that are not over are looked at. */
const MAX_LOOKED_AT = 1000;

export function agentRoutes(app: FastifyInstance, access: ApiRequest, jobs: JobService): void {
  app.get('/agents', async () => ({ agents: (await jobs.listAgents()).map(agentResource) }));

  app.get('/waiting', async (request) => {
    const query = { status: 'InProgress', sortBy: 'CreationTime', sortOrder: 'Ascending' } as const;
    const [agents, page] = await Promise.all([
      jobs.listAgents(),
      jobs.listTrainingJobs(access.tenant(request), { ...query, maxResults: MAX_LOOKED_AT }),
    ]);
    return { ...waitingJobs(page.items, agents), complete: page.nextToken === undefined };
  });
}
