import { Reader } from './reader.mjs';
import { requestSigner } from './signed-request.mjs';

/**
 * Creates training jobs one after the other on an idle fleet.
 *
 * @param {{ url: string, accessKeyId: string, secretAccessKey: string }} endpoint
 * @param {(name: string) => object} trainingJob the request that creates it
 * @param {number} count
 * @returns for each: ms from the call of CreateTrainingJob until a client sees the `Starting` that the agent reported which
 * leased it, and until the call was answered
 */
export async function createToStarting(endpoint, trainingJob, count) {
  const samples = { startingMs: [], answerMs: [] };
  const sign = requestSigner(endpoint);
  const reader = await Reader.connect(endpoint.url);
  for (let index = 0; index < count; index += 1) {
    const name = `start-${Date.now()}-${index}`;
    const request = sign('CreateTrainingJob', trainingJob(name));
    const calledMs = performance.timeOrigin + performance.now();
    await reader.ask(request);
    samples.answerMs.push(performance.timeOrigin + performance.now() - calledMs);
    await started(reader, sign, name);
    samples.startingMs.push(performance.timeOrigin + performance.now() - calledMs);
    await ended(reader, sign, name);
  }
  reader.close();
  return samples;
}

/** Waits, as close as a client can look, until an agent says that it prepares the training job. */
async function started(reader, sign, name) {
  const describe = sign('DescribeTrainingJob', { TrainingJobName: name });
  for (;;) {
    const { SecondaryStatusTransitions: transitions } = JSON.parse(await reader.ask(describe));
    if (transitions.at(-1).StatusMessage !== WAITING) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What a job that has no instance yet says of its `Starting`. */
const WAITING = 'Waiting for a free instance';

/** Waits until a training job is over and the fleet idle again. */
export async function ended(reader, sign, name) {
  for (;;) {
    const job = JSON.parse(await reader.ask(sign('DescribeTrainingJob', { TrainingJobName: name })));
    if (job.TrainingJobStatus === 'Completed') return job;
    if (job.TrainingJobStatus !== 'InProgress') throw new Error(`${name}: ${job.FailureReason}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
