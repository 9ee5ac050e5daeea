import type { TuningJobSpec } from '@fleetune/domain';
import { InvalidSpecError, type SchedulerEvent, type TuningJobState } from '@fleetune/scheduler';
import { commitRows, type Database } from '@fleetune/store';
import { startTemporaryDatabase, type TemporaryDatabase } from '@fleetune/store/fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { priorTrials } from '../search/prior-trials.js';
import { createJobService } from './job-service.js';
import { trainingJobRow, tuningJobRow } from './rows.js';

const SPEC: TuningJobSpec = {
  strategy: { name: 'Bayesian' },
  seed: 1,
  limits: { maxTrainingJobs: 2, maxParallelTrainingJobs: 1 },
  completion: { completeOnConvergence: false },
  earlyStopping: 'Off',
  definitions: [
    {
      name: '',
      objective: { type: 'Minimize', metricName: 'loss' },
      ranges: [{ kind: 'continuous', name: 'eta', min: 0, max: 1, scaling: 'Linear' }],
      template: {
        algorithm: { kind: 'command', command: ['true'] },
        hyperparameters: { epochs: '10' },
        channels: [],
        outputUri: 'file:///out',
        instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 }],
        stopping: { maxRuntimeSeconds: 60 },
        maximumRetryAttempts: 0,
        environment: {},
        metricDefinitions: [{ name: 'loss', regex: 'loss=(.*)' }],
        networkIsolation: false,
        spot: false,
        keepAliveSeconds: 0,
      },
    },
  ],
};
const identical = (...parentNames: string[]): TuningJobSpec => ({
  ...SPEC,
  warmStart: { type: 'IdenticalDataAndAlgorithm', parentNames },
});

let temporary: TemporaryDatabase;
let database: Database;
const created = new Map<string, TuningJobState>();

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
  database = temporary.database;
});
afterAll(() => temporary.stop());

const jobs = () =>
  createJobService({
    database,
    nowMs: () => Date.parse('2026-01-01'),
    post: (event: SchedulerEvent) => {
      if (event.kind === 'TuningJobCreated') created.set(event.job.name, event.job);
    },
    searchFaults: () => [],
    agents: async () => [],
    placeFaults: async () => [],
  });

async function create(name: string, spec: TuningJobSpec) {
  await jobs().createTuningJob('default', { name, spec, origin: { api: 'test', request: {} }, tags: {} });
  return created.get(name) as TuningJobState;
}

/** What the scheduler would write when the tuning job has run one training job to its end. */
async function finish(job: TuningJobState, eta: number, objective: number) {
  const id = job.id.replace(/^.{4}/, '0000');
  const training = trainingJobRow({
    id,
    tenant: job.tenant,
    name: `${job.name}-001`,
    spec: SPEC.definitions[0]?.template as never,
    createdAtMs: 0,
    tuning: { tuningJobId: job.id, index: 0, definition: 0, configuration: { eta } },
    status: 'Completed',
    secondaryStatus: 'Completed',
    transitions: [],
    fence: 1,
    endedAttempts: [],
    internalErrors: 0,
    interruptions: 0,
    losses: 0,
    notBeforeMs: 0,
    trainingMs: 0,
    billableMs: 0,
    finalMetrics: [],
    objective,
    lastModifiedAtMs: 0,
    endedAtMs: 1,
  });
  const ended = {
    ...job,
    status: 'Completed' as const,
    launched: 1,
    completed: 1,
    objectiveSucceeded: 1,
    best: { trainingJobId: id, objective },
    endedAtMs: 1,
  };
  const rows = {
    tuningJobs: [tuningJobRow(ended)],
    trainingJobs: [training],
    attempts: [],
    metrics: [],
    warmPools: [],
  };
  await commitRows(database, 0, rows);
}

describe('a warm-started tuning job', () => {
  it('is refused while its parent runs, and when there is no parent of that name', async () => {
    await create('running', SPEC);
    const faults = await create('child-of-running', identical('running', 'nobody')).catch((error: unknown) => error);
    expect(faults).toBeInstanceOf(InvalidSpecError);
    expect(String(faults)).toMatch(/no parent tuning job "nobody"/);
    expect(String(faults)).toMatch(/"running" is InProgress/);
  });

  it('knows what its parents tried, and shows the best of all', async () => {
    await finish(await create('good', SPEC), 0.25, 0.1);
    await finish(await create('bad', SPEC), 0.75, 0.9);
    const child = await create('child', identical('bad', 'good'));
    expect(await priorTrials(database, 'default', child.spec)).toEqual({
      warmStart: 'IdenticalDataAndAlgorithm',
      priors: [
        expect.objectContaining({
          parent: 0,
          configuration: { eta: 0.75 },
          outcome: { kind: 'Completed', objective: 0.9 },
        }),
        expect.objectContaining({
          parent: 1,
          configuration: { eta: 0.25 },
          outcome: { kind: 'Completed', objective: 0.1 },
        }),
      ],
    });
    await finish(child, 0.5, 0.5);
    const view = await jobs().describeTuningJob('default', 'child');
    expect(view.bestTrainingJob?.name).toBe('child-001');
    expect(view.overallBestTrainingJob).toMatchObject({ name: 'good-001', tuning: { objectiveValue: 0.1 } });
  });

  it('learns from parents with another static value as from related tasks', async () => {
    const [definition] = SPEC.definitions as [TuningJobSpec['definitions'][number]];
    const template = { ...definition.template, hyperparameters: { epochs: '20' } };
    const child = await create('longer', { ...identical('good'), definitions: [{ ...definition, template }] });
    expect((await priorTrials(database, 'default', child.spec)).warmStart).toBe('TransferLearning');
  });

  it('of the other type shows no best of all', async () => {
    await create('transfer', { ...SPEC, warmStart: { type: 'TransferLearning', parentNames: ['good'] } });
    expect((await jobs().describeTuningJob('default', 'transfer')).overallBestTrainingJob).toBeUndefined();
  });
});
