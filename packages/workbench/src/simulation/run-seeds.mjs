import { parentPort, workerData } from 'node:worker_threads';

/** Simulates seeds as they are asked for, with the scheduler at `workerData.simulator`. */
const { simulate } = await import(workerData.simulator);

parentPort.on('message', async (seed) => {
  const report = await simulate(seed);
  const { events, simulatedMs, violation } = report;
  parentPort.postMessage({
    seed,
    events,
    simulatedMs,
    violation: violation && { rule: violation.rule, message: violation.message },
  });
});
