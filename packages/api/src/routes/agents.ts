import type { AgentView } from '@fleetune/scheduler';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import { bearerToken } from '../bearer-token.js';
import { interruptAgentSchema } from '../contract/agent.js';
import { AgentNotFoundError, ForbiddenError } from '../error-answer.js';
import { parseRequest } from '../parse-request.js';
import { agentResource } from '../resources.js';
import { waitingJobs } from '../waiting-jobs.js';

/** So many of the jobs that are not over are looked at. */
const MAX_LOOKED_AT = 1000;

interface ByAgent {
  Params: { agent: string };
}

export function agentRoutes(app: FastifyInstance, access: ApiRequest, options: ApiOptions): void {
  const { jobs, accessKeys, drills, cordons } = options;
  /** An agent runs jobs of every tenant, so only the administrator says what it does. */
  const agentOf = async (request: FastifyRequest<ByAgent>): Promise<AgentView> => {
    if (accessKeys?.isAdministrator(bearerToken(request) ?? '') !== true) throw new ForbiddenError();
    return connectedAgent(await jobs.listAgents(), request.params.agent);
  };
  app.get('/agents', async () => ({ agents: (await jobs.listAgents()).map(agentResource) }));

  app.get('/waiting', async (request) => {
    const query = { status: 'InProgress', sortBy: 'CreationTime', sortOrder: 'Ascending' } as const;
    const [agents, page] = await Promise.all([
      jobs.listAgents(),
      jobs.listTrainingJobs(access.tenant(request), { ...query, maxResults: MAX_LOOKED_AT }),
    ]);
    return { ...waitingJobs(page.items, agents), complete: page.nextToken === undefined };
  });

  if (drills !== undefined) {
    app.post<ByAgent>('/agents/:agent/interrupt', async (request) => {
      const agent = await agentOf(request);
      const { seconds } = parseRequest(interruptAgentSchema, request.body ?? {});
      drills.interrupt(agent.id, seconds);
      return { agent: agentResource(agent) };
    });
  }
  if (cordons === undefined) return;
  for (const order of ['cordon', 'uncordon'] as const) {
    app.post<ByAgent>(`/agents/:agent/${order}`, async (request) => {
      const agent = await agentOf(request);
      cordons[order](agent.id);
      return { agent: agentResource(agent) };
    });
  }
}

function connectedAgent(agents: readonly AgentView[], called: string): AgentView {
  const connected = agents.filter((agent) => agent.state !== 'Offline');
  const found = connected.filter((agent) => agent.id === called || agent.name === called);
  const [agent] = found;
  if (agent !== undefined && found.length === 1) return agent;
  throw new AgentNotFoundError(
    called,
    found.length,
    connected.map(({ name }) => name),
  );
}
