import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allowJoin, findAgentByCredential, JoinRefusedError, joinAgent } from './agents.js';
import { commitRows, StaleWriteError, type TrainingJobRow, type TuningJobProgressRow } from './commit.js';
import { openDatabase } from './database.js';
import { listTrainingJobRows, type PageCursor } from './job-listing.js';
import { findTrainingJobs, insertTuningJob, listMetricPoints, loadLiveJobs } from './jobs.js';
import { migrateToLatest } from './migrate.js';
import { acquireOwnership, type Ownership, OwnershipHeldError } from './ownership.js';
import { attemptRow as attempt, NOW, progressRow, trainingRow } from './rows.fixture.js';
import { startTemporaryDatabase, type TemporaryDatabase } from './temporary-database.fixture.js';

let temporary: TemporaryDatabase;
let ownership: Ownership;
let tuningJobId: string;

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
  ownership = await acquireOwnership(temporary.database, () => undefined);
});
afterAll(async () => {
  await ownership.release();
  await temporary.stop();
});
beforeEach(async () => {
  tuningJobId = randomUUID();
  await insertTuningJob(temporary.database, {
    id: tuningJobId,
    tenant: 'default',
    name: tuningJobId,
    spec: {},
    origin: {},
    tags: {},
    maxTrainingJobs: 3,
    maxParallelTrainingJobs: 2,
    createdAt: new Date(NOW),
  });
});

function progress(change: Partial<TuningJobProgressRow> = {}): TuningJobProgressRow {
  return progressRow(tuningJobId, change);
}

/** Of the tuning job. */
function training(change: Partial<TrainingJobRow> = {}): TrainingJobRow {
  const tuned = { tuning_job_id: tuningJobId, tuning_index: 0, definition: 0, spec: null, configuration: { x: 0.5 } };
  return trainingRow({ ...tuned, ...change });
}

function commit(rows: Partial<Parameters<typeof commitRows>[2]>, fence = ownership.fence): Promise<void> {
  return commitRows(temporary.database, fence, {
    tuningJobs: [],
    trainingJobs: [],
    attempts: [],
    metrics: [],
    warmPools: [],
    ...rows,
  });
}

describe('migrations', () => {
  it('are applied once, however often they are asked for', async () => {
    expect(await migrateToLatest(temporary.database)).toEqual([]);
  });
});

describe('ownership', () => {
  it('belongs to one server at a time', async () => {
    await expect(acquireOwnership(temporary.database, () => undefined)).rejects.toBeInstanceOf(OwnershipHeldError);
  });
});

describe('a commit', () => {
  it('writes everything or nothing', async () => {
    const row = training();
    const orphan = { training_job_id: randomUUID(), fence: 1, name: 'loss', step: 0, value: '1', reported_at: NOW };
    await expect(commit({ trainingJobs: [row], metrics: [orphan] })).rejects.toThrow(/foreign key/);
    expect(await findTrainingJobs(temporary.database, [row.id])).toEqual([]);
  });

  it.each<[string, Partial<TuningJobProgressRow>, RegExp]>([
    ['more permits than MaxParallel', { launched: 3, in_flight: 3 }, /permits_within_limit/],
    ['more launches than MaxNumber', { launched: 4, in_flight: 2, completed: 2 }, /launches_within_limit/],
    ['a launch that is counted twice', { launched: 1, in_flight: 1, completed: 1 }, /every_launch_counted_once/],
  ])('refuses %s', async (_what, change, constraint) => {
    await expect(commit({ tuningJobs: [progress(change)] })).rejects.toThrow(constraint);
  });

  it('refuses an owner whose fence is not the newest', async () => {
    await expect(commit({ tuningJobs: [progress()] }, ownership.fence - 1)).rejects.toBeInstanceOf(StaleWriteError);
  });

  it('never touches a training job that has ended', async () => {
    const row = training();
    await commit({ trainingJobs: [row] });
    await commit({ trainingJobs: [{ ...row, status: 'Completed', ended_at: NOW, objective: 1 }] });
    const late = commit({ trainingJobs: [{ ...row, status: 'Failed', ended_at: NOW, objective: null }] });
    await expect(late).rejects.toBeInstanceOf(StaleWriteError);
    expect(await findTrainingJobs(temporary.database, [row.id])).toMatchObject([{ status: 'Completed', objective: 1 }]);
  });

  it('never goes back to an older fence', async () => {
    const row = training({ fence: 2 });
    await commit({ trainingJobs: [row] });
    await expect(commit({ trainingJobs: [{ ...row, fence: 1 }] })).rejects.toBeInstanceOf(StaleWriteError);
  });

  it('lets one attempt of a training job live at a time', async () => {
    const row = training();
    await commit({ trainingJobs: [row], attempts: [attempt(row.id)] });
    const second = attempt(row.id, { fence: 2 });
    await expect(commit({ attempts: [second] })).rejects.toThrow(/one_live_attempt/);
    await commit({ attempts: [attempt(row.id, { state: 'Ended', ended_at: NOW }), second] });
  });

  it('takes every text a program can write: NUL, and half an emoji', async () => {
    const row = training({ failure_reason: 'bad \0 byte', status: 'Failed', ended_at: NOW });
    const outcome = { kind: 'AlgorithmError', reason: `cut in the middle ${'\u{1F600}'.slice(0, 1)}` };
    await commit({ trainingJobs: [row], attempts: [attempt(row.id, { state: 'Ended', ended_at: NOW, outcome })] });
    const [kept] = await findTrainingJobs(temporary.database, [row.id]);
    expect(kept?.failure_reason).toBe('bad \uFFFD byte');
  });

  it('says that a row can never be written, instead of asking for another try', async () => {
    const row = training();
    await expect(commit({ trainingJobs: [row, row] })).rejects.toBeInstanceOf(StaleWriteError);
  });

  it('survives the connection breaking under it', async () => {
    const { pool } = temporary.database;
    const busy = pool.query('SELECT pg_sleep(30)').catch((error: Error) => error);
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'`);
    expect(await busy).toBeInstanceOf(Error);
    const client = await pool.connect();
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    client.release(true);
    await commit({ tuningJobs: [progress()] });
  });

  it('keeps a metric point once, NaN and infinities included', async () => {
    const row = training();
    const point = { training_job_id: row.id, fence: 1, name: 'loss', reported_at: NOW };
    const metrics = ['NaN', '-Infinity', '0.25'].map((value, step) => ({ ...point, step, value }));
    await commit({ trainingJobs: [row], metrics });
    await commit({ metrics });
    const kept = await listMetricPoints(temporary.database, row.id, 1);
    expect(kept.map((one) => one.value)).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, 0.25]);
  });
});

describe('what is loaded at start', () => {
  it('is what has not ended, with the newest attempt', async () => {
    const live = training({ fence: 2 });
    const ended = training({ tuning_index: 1 });
    await commit({
      trainingJobs: [live, ended],
      attempts: [
        attempt(live.id, { state: 'Ended', ended_at: NOW }),
        attempt(live.id, { fence: 2, state: 'Leased', agent_id: 'a' }),
      ],
    });
    await commit({ trainingJobs: [{ ...ended, status: 'Failed', ended_at: NOW }] });
    const loaded = await loadLiveJobs(temporary.database);
    const ids = loaded.trainingJobs.map((job) => job.id);
    expect(ids).toContain(live.id);
    expect(ids).not.toContain(ended.id);
    expect(loaded.attempts.filter((one) => one.training_job_id === live.id)).toMatchObject([
      { fence: 2, state: 'Leased' },
    ]);
  });
});

describe('what is loaded of some jobs', () => {
  it('is those jobs, and the training jobs of those tuning jobs', async () => {
    const [tuned, other] = [training(), training({ tuning_job_id: null, tuning_index: null })];
    await commit({ trainingJobs: [tuned, other] });
    const ofTuningJob = await loadLiveJobs(temporary.database, [tuningJobId]);
    expect(ofTuningJob.tuningJobs.map((job) => job.id)).toEqual([tuningJobId]);
    expect(ofTuningJob.trainingJobs.map((job) => job.id)).toEqual([tuned.id]);
    const alone = await loadLiveJobs(temporary.database, [other.id]);
    expect([alone.tuningJobs, alone.trainingJobs.map((job) => job.id)]).toEqual([[], [other.id]]);
  });
});

describe('a listing', () => {
  it.each(['name', 'created_at', 'last_modified_at', 'status', 'objective'] as const)(
    'by %s gives every row once, page by page',
    async (sortBy) => {
      const rows = Array.from({ length: 7 }, (_, index) =>
        training({
          tuning_index: index,
          name: `${tuningJobId}-${index % 4}-${index}`,
          created_at: new Date(Date.parse(NOW) + (index % 3) * 1000).toISOString(),
          status: index % 2 === 0 ? 'InProgress' : 'Stopping',
          objective: index === 6 ? null : (index % 3) / 3,
        }),
      );
      await commit({ trainingJobs: rows });
      for (const descending of [false, true]) {
        const names: string[] = [];
        let after: PageCursor | undefined;
        for (;;) {
          const page = await listTrainingJobRows(temporary.database, {
            tenant: 'default',
            tuningJobId,
            sortBy,
            descending,
            limit: 2,
            after,
          });
          names.push(...page.map((row) => row.name));
          const last = page.at(-1);
          if (last === undefined) break;
          after = last.cursor;
        }
        const expected = rows.filter((row) => sortBy !== 'objective' || row.objective !== null);
        expect([...names].sort()).toEqual(expected.map((row) => row.name).sort());
      }
    },
  );
});

describe('a listing by a part of the name', () => {
  it.each([
    ['b', ['ab-100%', 'ab_100']],
    ['ab', ['ab-100%', 'ab_100']],
    ['0%', ['ab-100%']],
    ['b_1', ['ab_100']],
    ['00%', ['ab-100%']],
    ['\\b_', []],
  ])('finds a part of a name as it is, be it %s', async (nameContains, expected) => {
    const tenant = randomUUID();
    const rows = ['ab-100%', 'ab_100', 'c'].map((name, index) => training({ tenant, name, tuning_index: index }));
    await commit({ trainingJobs: rows });
    const listing = { tenant, nameContains, sortBy: 'name', descending: false, limit: 10 } as const;
    const found = await listTrainingJobRows(temporary.database, listing);
    expect(found.map((row) => row.name)).toEqual(expected);
  });
});

describe('joining', () => {
  const agent = () => ({ id: randomUUID(), name: 'a', credential: randomUUID() });

  it('works once with a single-use token, and the credential then names the agent', async () => {
    const token = randomUUID();
    const first = agent();
    await allowJoin(temporary.database, token, false, new Date(NOW));
    await joinAgent(temporary.database, token, first, new Date(NOW));
    expect(await findAgentByCredential(temporary.database, first.credential)).toBe(first.id);
    await expect(joinAgent(temporary.database, token, agent(), new Date(NOW))).rejects.toBeInstanceOf(JoinRefusedError);
  });

  it('is refused with an unknown token', async () => {
    await expect(joinAgent(temporary.database, 'guess', agent(), new Date(NOW))).rejects.toBeInstanceOf(
      JoinRefusedError,
    );
    expect(await findAgentByCredential(temporary.database, 'guess')).toBeUndefined();
  });
});

describe('a database that hangs', () => {
  it('does not hang those who ask it', async () => {
    const impatient = openDatabase(temporary.postgres.url(), () => undefined, { statementTimeoutMs: 200 });
    await expect(impatient.pool.query('SELECT pg_sleep(30)')).rejects.toThrow(/statement timeout/);
    expect((await impatient.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await impatient.close();
  });
});
