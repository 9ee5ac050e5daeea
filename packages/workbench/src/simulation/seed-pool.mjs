import { Worker } from 'node:worker_threads';

/** A run takes a tenth of a second; one that takes this long goes in circles. */
const PATIENCE_MS = 30_000;

/**
 * Simulates seeds on several threads.
 *
 * @param simulator URL of the simulator's module.
 * @param onReport told of each run: seed, events, simulatedMs, and the violation if there was one.
 */
export async function runSeeds({ simulator, seeds, threads, onReport }) {
  const left = [...seeds].reverse();
  await Promise.all(Array.from({ length: threads }, () => work(simulator, left, onReport)));
}

async function work(simulator, left, onReport) {
  let worker = start(simulator);
  for (let seed = left.pop(); seed !== undefined; seed = left.pop()) {
    const report = await oneRun(worker, seed);
    if (report.stuck) {
      await worker.terminate();
      worker = start(simulator);
    }
    onReport(report);
  }
  await worker.terminate();
}

function start(simulator) {
  return new Worker(new URL('run-seeds.mjs', import.meta.url), { workerData: { simulator } });
}

function oneRun(worker, seed) {
  return new Promise((resolve) => {
    const broken = (message) =>
      resolve({ seed, events: 0, simulatedMs: 0, stuck: true, violation: { rule: 'I1', message } });
    const timer = setTimeout(() => broken('the scheduler does not return'), PATIENCE_MS);
    const settle = (report) => {
      clearTimeout(timer);
      worker.off('error', fail);
      resolve(report);
    };
    const fail = (error) => {
      clearTimeout(timer);
      worker.off('message', settle);
      broken(String(error));
    };
    worker.once('message', settle);
    worker.once('error', fail);
    worker.postMessage(seed);
  });
}
