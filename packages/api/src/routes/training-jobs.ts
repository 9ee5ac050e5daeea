import type { FastifyInstance } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import { createTrainingJobSchema, trainingJobQuerySchema } from '../contract/training-job.js';
import { parseRequest } from '../parse-request.js';
import { trainingJobResource } from '../resources.js';
import { trainingJobConfiguration } from '../training-job-configuration.js';
import { trainingJobRequest } from '../training-job-request.js';

interface ByName {
  Params: { name: string };
}

export function trainingJobRoutes(app: FastifyInstance, access: ApiRequest, { jobs, defaults }: ApiOptions): void {
  app.post('/training-jobs', async (request, reply) => {
    const body = parseRequest(createTrainingJobSchema, request.body);
    const tenant = access.tenant(request);
    const created = await jobs.createTrainingJob(tenant, trainingJobRequest(body, defaults(tenant)));
    return reply.code(201).send(trainingJobResource(created));
  });

  app.get('/training-jobs', async (request) => {
    const query = parseRequest(trainingJobQuerySchema, request.query);
    const page = await jobs.listTrainingJobs(access.tenant(request), query);
    return { trainingJobs: page.items.map(trainingJobResource), nextToken: page.nextToken };
  });

  app.get<ByName>('/training-jobs/:name', async (request) =>
    trainingJobResource(await jobs.describeTrainingJob(access.tenant(request), request.params.name)),
  );

  app.post<ByName>('/training-jobs/:name/stop', async (request, reply) => {
    const tenant = access.tenant(request);
    await jobs.stopTrainingJob(tenant, request.params.name);
    return reply.code(202).send(trainingJobResource(await jobs.describeTrainingJob(tenant, request.params.name)));
  });

  app.get<ByName>('/training-jobs/:name/metrics', async (request) => ({
    metrics: await jobs.trainingJobMetrics(access.tenant(request), request.params.name),
  }));

  app.get<ByName>('/training-jobs/:name/configuration', async (request) =>
    trainingJobConfiguration(await jobs.describeTrainingJob(access.tenant(request), request.params.name)),
  );
}
