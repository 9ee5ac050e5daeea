import { startFleet, trainingJobs, tune } from '../harness/fleet.mjs';
import { SEED } from './points.mjs';

/** A server and an agent with so many slots. */
export async function startTuner(trialsFolder, slots) {
  const fleet = await startFleet({ queue: 'postgres', slots });
  return {
    /** @returns from the creation of the tuning job to its end, with the best score. */
    async run({ name, trial, ranges, points }) {
      const job = await tune(fleet.client, {
        name,
        strategy: { name: 'Random' },
        seed: SEED,
        objective: { metric: 'score', type: 'Maximize' },
        metrics: { score: 'score=(.*?);' },
        // Two permits a slot: while one trial runs, its successor waits; no more than the slots run at once.
        limits: { maxTrainingJobs: points.length, maxParallelTrainingJobs: 2 * slots },
        algorithm: { script: 'train.py', source: `file://${trialsFolder}` },
        hyperparameters: { trial },
        ranges,
        instance: { type: 'ml.m5.large' },
      });
      const jobs = await trainingJobs(fleet.client, name);
      const completed = jobs.filter(({ status }) => status === 'Completed');
      const scores = completed.map(({ tuning }) => tuning.objectiveValue);
      return { seconds: job.seconds, trials: completed.length, best: Math.max(...scores) };
    },
    stop: () => fleet.stop(),
  };
}
