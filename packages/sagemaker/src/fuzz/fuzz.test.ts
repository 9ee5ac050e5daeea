import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainingJobRequest, tuningJobRequest } from '../fixtures/requests.fixture.js';
import { type ServedApi, serveApi, TENANT } from '../fixtures/served-api.fixture.js';
import { send, signedRequest } from '../fixtures/signed-request.fixture.js';
import { parseShape } from '../model/parse-shape.js';
import { operationModel } from '../model/service-model.js';
import { operations } from '../registry.js';
import { type FuzzedRequest, fuzzedRequest } from './broken-request.fixture.js';
import { KNOWN_JOBS } from './valid-value.fixture.js';

/** Requests for each operation. The few of every day are the same each time; more are new ones. */
const RUNS = Number(process.env.FLEETUNE_FUZZ_RUNS ?? 100);
const SEED = process.env.FLEETUNE_FUZZ_RUNS === undefined ? { seed: 20_261_121 } : {};
const MILLISECONDS_A_RUN = 1000;

/** Requests of chance are seldom ones that make a job. */
const SOUND: Readonly<Record<string, object>> = {
  CreateHyperParameterTuningJob: tuningJobRequest(),
  CreateTrainingJob: trainingJobRequest(),
};

let api: ServedApi;
beforeAll(async () => {
  api = await serveApi();
  for (const [index, name] of KNOWN_JOBS.entries()) {
    await call('CreateTrainingJob', Buffer.from(JSON.stringify(trainingJobRequest({ TrainingJobName: name }))));
    const tuning = tuningJobRequest({ HyperParameterTuningJobName: name });
    await call('CreateHyperParameterTuningJob', Buffer.from(JSON.stringify(tuning)));
    if (index > 0) continue;
    api.jobs.changeTrainingJob(TENANT, name, { status: 'Completed' });
    api.jobs.changeTuningJob(TENANT, name, { status: 'Completed' });
  }
});
afterAll(async () => {
  await api.close();
});

describe.each([...operations.keys()])('%s', (operation) => {
  const { input, output } = operationModel(operation);

  it(
    `answers ${RUNS} requests, right and wrong, by the API model or with the error that is due`,
    async () => {
      await fc.assert(
        fc.asyncProperty(fuzzedRequest(input, SOUND[operation]), async (request) => {
          const { status, body } = await call(operation, request.body);
          const answer = status === 200 ? 'answered' : String(body?.__type);
          expect(api.failures).toEqual([]);
          expect(request.answers, explained(request, body)).toContain(answer);
          expect(status).toBe(answer === 'answered' ? 200 : 400);
          if (answer !== 'answered') expect(String(body?.message ?? body?.Message)).not.toBe('');
          else if (output !== undefined) parseShape(output, body);
        }),
        { numRuns: RUNS, ...SEED },
      );
    },
    MILLISECONDS_A_RUN * RUNS,
  );
});

async function call(operation: string, body: Uint8Array) {
  return send(await signedRequest(api.endpoint, { target: `SageMaker.${operation}`, body }));
}

function explained({ what, body }: FuzzedRequest, answer: unknown): string {
  return `${what}: ${Buffer.from(body).toString().slice(0, 2000)} was answered ${JSON.stringify(answer)?.slice(0, 500)}`;
}
