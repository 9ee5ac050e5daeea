import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer, TOKEN } from './api-server.fixture.js';
import { type Client, createClient } from './client.js';
import type { CreateTrainingJobBody } from './contract/training-job.js';

const HELLO: CreateTrainingJobBody = {
  name: 'hello',
  algorithm: { command: ['python3', '-c', 'print("hello")'] },
  instance: { type: 'ml.m5.large' },
  stopping: { maxRuntimeSeconds: 60 },
  environment: { MODE: 'fast', LEVEL: 2 },
};

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer();
  client = createClient({ url: server.url, token: TOKEN });
});
afterEach(() => server.stop());

describe('a training job alone', () => {
  it('is created, listed, shown and stopped', async () => {
    await client.createTrainingJob(HELLO);
    expect((await client.listTrainingJobs({ status: 'InProgress' })).trainingJobs).toHaveLength(1);
    expect(await client.trainingJob('hello')).toMatchObject({ secondaryStatus: 'Pending', attemptCount: 1 });
    expect((await client.stopTrainingJob('hello')).status).toBe('Stopped');
    await expect(client.stopTrainingJob('hello')).rejects.toMatchObject({ status: 409 });
  });

  it('does not show its environment, which may hold secrets', async () => {
    expect(JSON.stringify(await client.createTrainingJob(HELLO))).not.toContain('fast');
    const { spec } = await server.jobs.describeTrainingJob('team-a', 'hello');
    expect(spec.environment).toEqual({ MODE: 'fast', LEVEL: '2' });
  });

  it('refuses a wait that is shorter than the run', async () => {
    const impatient = { ...HELLO, stopping: { maxRuntimeSeconds: 60, maxWaitSeconds: 30 } };
    await expect(client.createTrainingJob(impatient)).rejects.toMatchObject({
      status: 422,
      faults: [{ path: 'stopping.maxWaitSeconds' }],
    });
  });

  it('carries metric points that are no numbers', async () => {
    await client.createTrainingJob(HELLO);
    server.jobs.setMetrics('hello', [
      { name: 'loss', value: Number.POSITIVE_INFINITY, step: 0, timestampMs: 1 },
      { name: 'loss', value: 0.5, step: 1, timestampMs: 2 },
    ]);
    const values = (await client.trainingJobMetrics('hello')).map((point) => point.value);
    expect(values).toEqual([Number.POSITIVE_INFINITY, 0.5]);
  });
});

describe('the log of a training job', () => {
  const text = (chunks: readonly { data: Uint8Array }[]) =>
    Buffer.concat(chunks.map((chunk) => chunk.data)).toString('utf8');

  it('is read by ranges of bytes', async () => {
    await client.createTrainingJob(HELLO);
    server.jobs.appendLog('hello', 'grüße\n', true);
    const first = await client.trainingJobLog('hello', { maxBytes: 3 });
    const rest = await client.trainingJobLog('hello', { offset: first.nextOffset });
    expect(text([...first.chunks, ...rest.chunks])).toBe('grüße\n');
    expect([first.complete, rest.complete]).toEqual([false, true]);
  });

  it('answers a waiting reader when more was printed', async () => {
    await client.createTrainingJob(HELLO);
    server.jobs.appendLog('hello', '');
    const waiting = client.trainingJobLog('hello', { waitSeconds: 20 });
    server.jobs.appendLog('hello', 'now\n');
    expect(text((await waiting).chunks)).toBe('now\n');
  });

  it('does not let a waiting reader hold up the end of the server', async () => {
    await client.createTrainingJob(HELLO);
    server.jobs.appendLog('hello', '');
    const looked = nextLook();
    const waiting = client.trainingJobLog('hello', { waitSeconds: 30 });
    await looked;
    const startMs = performance.now();
    await server.stop();
    expect(await waiting).toMatchObject({ chunks: [], complete: false });
    expect(performance.now() - startMs).toBeLessThan(5_000);
    server = await startApiServer();
  });

  /** Resolves when the server has looked into the log once. */
  function nextLook(): Promise<void> {
    return new Promise((resolve) => {
      const look = server.jobs.trainingJobLog.bind(server.jobs);
      server.jobs.trainingJobLog = (tenant, name, query) => {
        resolve();
        return look(tenant, name, query);
      };
    });
  }
});
