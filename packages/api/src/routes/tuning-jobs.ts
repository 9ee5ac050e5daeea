import type { FastifyInstance } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import { createTuningJobSchema, tuningJobQuerySchema } from '../contract/tuning-job.js';
import { NoBestTrainingJobError } from '../error-answer.js';
import { parseRequest } from '../parse-request.js';
import { trainingJobResource, tuningJobResource } from '../resources.js';
import { tuningJobRequest } from '../tuning-job-request.js';

interface ByName {
  Params: { name: string };
}

export function tuningJobRoutes(app: FastifyInstance, access: ApiRequest, { jobs, defaults }: ApiOptions): void {
  app.post('/tuning-jobs', async (request, reply) => {
    const body = parseRequest(createTuningJobSchema, request.body);
    const created = await jobs.createTuningJob(access.tenant(request), tuningJobRequest(body, defaults));
    return reply.code(201).send(tuningJobResource(created));
  });

  app.get('/tuning-jobs', async (request) => {
    const query = parseRequest(tuningJobQuerySchema, request.query);
    const page = await jobs.listTuningJobs(access.tenant(request), query);
    return { tuningJobs: page.items.map(tuningJobResource), nextToken: page.nextToken };
  });

  app.get<ByName>('/tuning-jobs/:name', async (request) =>
    tuningJobResource(await jobs.describeTuningJob(access.tenant(request), request.params.name)),
  );

  app.post<ByName>('/tuning-jobs/:name/stop', async (request, reply) => {
    const tenant = access.tenant(request);
    await jobs.stopTuningJob(tenant, request.params.name);
    return reply.code(202).send(tuningJobResource(await jobs.describeTuningJob(tenant, request.params.name)));
  });

  app.get<ByName>('/tuning-jobs/:name/best', async (request) => {
    const job = await jobs.describeTuningJob(access.tenant(request), request.params.name);
    if (job.bestTrainingJob === undefined) throw new NoBestTrainingJobError(job.name);
    return trainingJobResource(job.bestTrainingJob);
  });
}
