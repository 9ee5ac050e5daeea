import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Fleet, type QueueKind, redisServer } from './fleet/fleet.js';
import { childrenOf, eventually, processesWith, programOf } from './fleet/processes.js';

const JOBS = 40;
const PARALLEL = 4;

/** Takes long enough that every kill finds some of it running. */
const PROGRAM = `
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument('--x', type=float)
x = parser.parse_known_args()[0].x
time.sleep(0.3)
print(f'score={x:.6f};', flush=True)
`;

interface Way {
  readonly queue: QueueKind;
  /** Whether programs are forked from a Python that has started already. */
  readonly zygote: 'off' | 'auto';
}
const WAYS: readonly Way[] = [
  { queue: 'postgres', zygote: 'off' },
  { queue: 'redis', zygote: 'auto' },
];

describe.each(WAYS)(
  'a tuning job while everything is killed, queue on $queue, zygotes $zygote',
  ({ queue, zygote }) => {
    let fleet: Fleet | undefined;
    let watching: NodeJS.Timeout | undefined;

    afterEach(async ({ task }) => {
      clearInterval(watching);
      await fleet?.stop(task.result?.state === 'fail');
    });

    it('ends with exactly the number asked for, none lost, none twice, nothing left over', async (context) => {
      if (queue === 'redis' && redisServer() === undefined) context.skip('redis-server is not installed');
      fleet = new Fleet(queue, PARALLEL, { FLEETUNE_ZYGOTE: zygote });
      const one = fleet;
      await one.start();
      // The folder's name is unique, so it tells this test's programs from all others.
      const marker = `${one.folder.split('-').at(-1)}-trial.py`;
      const source = join(one.folder, 'source');
      mkdirSync(source);
      writeFileSync(join(source, marker), PROGRAM);

      /** A forked program has its parent's command line. */
      const programs = () => (zygote === 'off' ? pythonsOf(marker) : forkedBelow(one.agent?.pid));
      let mostRunning = 0;
      watching = setInterval(() => {
        mostRunning = Math.max(mostRunning, programs().length);
      }, 100);

      await one.client.createTuningJob({
        name: 'hunted',
        strategy: { name: 'Random' },
        seed: 7,
        objective: { metric: 'score', type: 'Maximize' },
        limits: { maxTrainingJobs: JOBS, maxParallelTrainingJobs: PARALLEL },
        algorithm: { script: marker, source: `file://${source}` },
        ranges: { x: { min: 0, max: 1 } },
        metrics: { score: 'score=(.*?);' },
        instance: { type: 'ml.m5.large' },
      });
      const completed = async () => (await one.client.tuningJob('hunted')).trainingJobCounts.completed;
      const reached = (count: number) =>
        eventually(`${count} training jobs completed`, async () => ((await completed()) >= count ? true : undefined));

      await reached(6);
      // Killed at work: it may just have nothing to do otherwise.
      const killed = await eventually('programs run', () => atLeastTwo(programs()), 30_000, 10);
      await one.killAgent();
      const isAlive = (pid: number) => programOf(pid).includes('python');
      // With the agent from zygotes; by themselves from supervisors, and what they did is not lost.
      await eventually('the programs end', () => (killed.some(isAlive) ? undefined : true), 10_000);
      expect(pythonsOf(marker)).toEqual([]);
      await one.startAgent();
      await reached(14);
      await one.killServer();
      await one.startServer();
      await reached(22);
      await one.loseQueue();
      await reached(30);
      one.killDatabase();
      const job = await eventually('the tuning job ends', async () => {
        // Nobody can answer while the database is down.
        const now = await one.client.tuningJob('hunted').catch(() => undefined);
        return now === undefined || now.status === 'InProgress' ? undefined : now;
      });

      expect(job.status).toBe('Completed');
      const rows = await one.query<{ status: string; tuning_index: number; objective: number }>(
        'SELECT status, tuning_index, objective FROM training_jobs ORDER BY tuning_index',
      );
      expect(rows.map((row) => row.tuning_index)).toEqual(Array.from({ length: JOBS }, (_, index) => index));
      expect(new Set(rows.map((row) => row.status))).toEqual(new Set(['Completed']));
      expect(rows.every((row) => row.objective >= 0 && row.objective <= 1)).toBe(true);
      const [counted] = await one.query<{
        launched: number;
        completed: number;
        in_flight: number;
        objective_succeeded: number;
      }>('SELECT launched, completed, in_flight, objective_succeeded FROM tuning_jobs');
      expect(counted).toEqual({ launched: JOBS, completed: JOBS, in_flight: 0, objective_succeeded: JOBS });
      const [attempts] = await one.query<{ ended: number; succeeded: number; lost: number }>(`
      SELECT count(*) FILTER (WHERE state = 'Ended')::integer AS ended,
             count(*) FILTER (WHERE outcome->>'kind' = 'Succeeded')::integer AS succeeded,
             count(*) FILTER (WHERE outcome->>'kind' IN ('Lost', 'Interrupted'))::integer AS lost
      FROM attempts`);
      expect(attempts?.succeeded).toBe(JOBS);
      // The killed agent was running something: attempts that cannot go on without it, and only such, were made again.
      if (zygote === 'auto') expect(attempts?.lost).toBeGreaterThan(0);
      expect(attempts?.ended).toBe(JOBS + (attempts?.lost ?? 0));
      expect(mostRunning).toBeGreaterThan(1);
      // Each forked program has a process of its namespace around it.
      expect(mostRunning).toBeLessThanOrEqual(zygote === 'off' ? PARALLEL : 2 * PARALLEL);
      expect(pythonsOf(marker)).toEqual([]);
    });
  },
);

/** Trials that run now: processes whose own program is the trial, not the sandboxes around them. */
function pythonsOf(marker: string): number[] {
  return processesWith(marker).filter((pid) => programOf(pid).includes('python'));
}

/** Pythons below a process that are children of a Python: what zygotes forked, and not the zygotes. */
function forkedBelow(pid: number | undefined, parentIsPython = false): number[] {
  return childrenOf(pid).flatMap((child) => {
    const isPython = programOf(child).includes('python');
    return [...(isPython && parentIsPython ? [child] : []), ...forkedBelow(child, isPython)];
  });
}

function atLeastTwo<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length >= 2 ? values : undefined;
}
