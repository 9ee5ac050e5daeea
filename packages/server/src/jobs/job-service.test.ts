import { JobNotFoundError, JobRunningError, type SchedulerEvent, TooManyTagsError } from '@fleetune/scheduler';
import { commitRows } from '@fleetune/store';
import { startTemporaryDatabase, type TemporaryDatabase } from '@fleetune/store/fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJobService } from './job-service.js';
import { trainingJobRow } from './rows.js';
import { SPEC } from './training-spec.fixture.js';

let temporary: TemporaryDatabase;
const events: SchedulerEvent[] = [];

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
});
afterAll(() => temporary.stop());

const NO_ROWS = { tuningJobs: [], trainingJobs: [], attempts: [], metrics: [], warmPools: [] };

function service() {
  return createJobService({
    database: temporary.database,
    nowMs: () => Date.parse('2026-01-01'),
    post: (event) => events.push(event),
    searchFaults: () => [],
    agents: async () => [],
    placeFaults: async () => [],
  });
}

async function create(name: string, tags: Record<string, string> = {}) {
  return service().createTrainingJob('default', { name, spec: SPEC, origin: { api: 'test', request: {} }, tags });
}

/** What the scheduler would write when the job has run. */
async function finish(name: string) {
  const created = events.find((event) => event.kind === 'TrainingJobCreated' && event.job.name === name);
  if (created?.kind !== 'TrainingJobCreated') throw new Error(`${name} was not created`);
  const row = trainingJobRow({ ...created.job, status: 'Completed', endedAtMs: Date.parse('2026-01-02') });
  await commitRows(temporary.database, 0, { ...NO_ROWS, trainingJobs: [row] });
  return row;
}

it('finds nothing by a name that no job can have', async () => {
  await expect(service().describeTrainingJob('default', 'a\0b')).rejects.toBeInstanceOf(JobNotFoundError);
  await expect(service().describeTuningJob('default', 'a\0b')).rejects.toBeInstanceOf(JobNotFoundError);
  const query = { nameContains: '\0', sortBy: 'Name', sortOrder: 'Ascending', maxResults: 10 } as const;
  expect((await service().listTrainingJobs('default', query)).items).toEqual([]);
});

describe('tags', () => {
  const job = { kind: 'training job', name: 'tagged' } as const;

  it('are added, changed and removed', async () => {
    await create('tagged', { team: 'vision' });
    expect(await service().addTags('default', job, { team: 'speech', cost: '7' })).toEqual({
      team: 'speech',
      cost: '7',
    });
    await service().removeTags('default', job, ['team', 'unknown']);
    expect(await service().tags('default', job)).toEqual({ cost: '7' });
  });

  it('that are added at the same time are all there', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `at-once-${index}`);
    await Promise.all(keys.map((key) => service().addTags('default', job, { [key]: 'x' })));
    expect(Object.keys(await service().tags('default', job))).toEqual(expect.arrayContaining(keys));
    await service().removeTags('default', job, keys);
  });

  it('are at most fifty', async () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key-${index}`, '']));
    await expect(service().addTags('default', job, many)).rejects.toBeInstanceOf(TooManyTagsError);
  });

  it('of another tenant’s job cannot be read', async () => {
    await expect(service().tags('other', job)).rejects.toBeInstanceOf(JobNotFoundError);
  });
});

describe('deletion', () => {
  it('is refused while the job runs, and hides it once it has ended', async () => {
    await create('short-lived');
    await expect(service().deleteTrainingJob('default', 'short-lived')).rejects.toBeInstanceOf(JobRunningError);
    await finish('short-lived');
    await service().deleteTrainingJob('default', 'short-lived');
    await expect(service().describeTrainingJob('default', 'short-lived')).rejects.toBeInstanceOf(JobNotFoundError);
    const query = { sortBy: 'Name', sortOrder: 'Ascending', maxResults: 100 } as const;
    const names = (await service().listTrainingJobs('default', query)).items.map((job) => job.name);
    expect(names).not.toContain('short-lived');
  });

  it('takes the folds of a cross-validated training job along', async () => {
    await create('parent');
    const parentId = (await service().describeTrainingJob('default', 'parent')).id;
    await finish('parent');
    await create('elsewhere');
    const other = await finish('elsewhere');
    const fold = {
      ...other,
      id: parentId.replace(/^.{4}/, '0000'),
      name: 'parent-f1',
      parent_id: parentId,
      fold_position: 0,
      spec: SPEC,
    };
    await commitRows(temporary.database, 0, { ...NO_ROWS, trainingJobs: [fold] });
    expect((await service().describeTrainingJob('default', 'parent-f1')).status).toBe('Completed');
    await service().deleteTrainingJob('default', 'parent');
    await expect(service().describeTrainingJob('default', 'parent-f1')).rejects.toBeInstanceOf(JobNotFoundError);
  });

  it('leaves the name taken', async () => {
    await expect(create('short-lived')).rejects.toThrow(/names are never used again/);
  });
});
