import type { JobService } from '@fleetune/scheduler';
import type { FastifyInstance } from 'fastify';
import { agentResource } from '../resources.js';

export function agentRoutes(app: FastifyInstance, jobs: JobService): void {
  app.get('/agents', async () => ({ agents: (await jobs.listAgents()).map(agentResource) }));
}
