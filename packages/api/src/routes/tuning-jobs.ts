import type { FastifyInstance } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import { trainingJobSummaryQuerySchema } from '../contract/training-job-summary.js';
import { createTuningJobSchema, tuningJobQuerySchema } from '../contract/tuning-job.js';
import { NoBestTrainingJobError } from '../error-answer.js';
import { parseRequest } from '../parse-request.js';
import { trainingJobResource, trainingJobSummary, tuningJobResource } from '../resources.js';
import { tuningJobConfiguration } from '../tuning-job-configuration.js';
import { tuningJobRequest } from '../tuning-job-request.js';

interface ByName {
  Params: { name: string };
}

export function tuningJobRoutes(app: FastifyInstance, access: ApiRequest, { jobs, defaults }: ApiOptions): void {
  app.post('/tuning-jobs', async (request, reply) => {
    const body = parseRequest(createTuningJobSchema, request.body);
    const tenant = access.tenant(request);
    const created = await jobs.createTuningJob(tenant, tuningJobRequest(body, defaults(tenant)));
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

  app.get<ByName>('/tuning-jobs/:name/training-jobs', async (request) => {
    const query = parseRequest(trainingJobSummaryQuerySchema, request.query);
    const order = { sortBy: 'CreationTime', sortOrder: 'Ascending' } as const;
    const listing = { ...query, ...order, tuningJobName: request.params.name };
    const page = await jobs.listTrainingJobs(access.tenant(request), listing);
    return { trainingJobs: page.items.flatMap((view) => trainingJobSummary(view) ?? []), nextToken: page.nextToken };
  });

  app.get<ByName>('/tuning-jobs/:name/configuration', async (request) =>
    tuningJobConfiguration(await jobs.describeTuningJob(access.tenant(request), request.params.name)),
  );
}
