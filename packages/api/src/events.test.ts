import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, OTHER_TOKEN, startApiServer, TOKEN } from './api-server.fixture.js';
import { type Client, createClient, type FollowOptions } from './client.js';
import type { ServerEvent } from './contract/server-event.js';
import type { CreateTuningJobBody } from './contract/tuning-job.js';

const SEARCH: CreateTuningJobBody = {
  name: 'search',
  objective: { metric: 'loss', type: 'Maximize' },
  metrics: { loss: 'loss=(\\S+)' },
  limits: { maxTrainingJobs: 3, maxParallelTrainingJobs: 1 },
  algorithm: { command: ['python3', '-c', 'print("loss=1")'] },
  ranges: { x: { min: 0, max: 1 } },
  instance: { type: 'ml.m5.large' },
};

let server: ApiServer;
let client: Client;
const closing = new Set<AbortController>();

beforeEach(async () => {
  server = await startApiServer();
  client = createClient({ url: server.url, token: TOKEN });
});
afterEach(async () => {
  for (const controller of closing) controller.abort();
  closing.clear();
  await server.stop();
});

function follow(options: FollowOptions = {}, by = client) {
  const controller = new AbortController();
  closing.add(controller);
  const events = by.follow(options, controller.signal);
  const next = async (): Promise<ServerEvent | undefined> => (await events.next()).value?.event;
  return { next, events };
}

describe('the stream of events', () => {
  it('says when nothing is missed any more, then tells each change once', async () => {
    const { next } = follow();
    expect(await next()).toEqual({ kind: 'ready', resumed: false });
    await client.createTuningJob(SEARCH);
    expect(await next()).toMatchObject({ kind: 'tuningJobs', tuningJobs: [{ name: 'search', status: 'InProgress' }] });
    await client.stopTuningJob('search');
    expect(await next()).toMatchObject({ tuningJobs: [{ name: 'search', status: 'Stopped' }] });
  });

  it('tells the changes of the training jobs of one tuning job, in few words', async () => {
    await client.createTuningJob(SEARCH);
    const { next } = follow({ tuningJobName: 'search' });
    expect(await next()).toEqual({ kind: 'ready', resumed: false });
    // Looking at it, as the server did before it let us follow, has let its first training job end.
    let event = await next();
    while (event?.kind !== 'trainingJobs') event = await next();
    expect(event).toMatchObject({
      tuningJobName: 'search',
      trainingJobs: [{ name: 'search-001', index: 0, status: 'Completed', configuration: { x: 0 }, objectiveValue: 0 }],
    });
    expect(event.trainingJobs[0]).not.toHaveProperty('hyperparameters');
  });

  it('goes on where an earlier stream ended', async () => {
    const first = follow();
    const { value } = await first.events.next();
    await first.events.return(undefined);
    await client.createTuningJob(SEARCH);
    const second = follow({ lastEventId: value?.id });
    expect(await second.next()).toEqual({ kind: 'ready', resumed: true });
    expect(await second.next()).toMatchObject({ kind: 'tuningJobs', tuningJobs: [{ name: 'search' }] });
  });

  it('tells one that was away for long to read anew, instead of all that ever changed', async () => {
    await client.createTuningJob(SEARCH);
    const { next } = follow({ lastEventId: '1' });
    expect(await next()).toEqual({ kind: 'ready', resumed: false });
    await client.createTuningJob({ ...SEARCH, name: 'later' });
    expect(await next()).toMatchObject({
      kind: 'tuningJobs',
      tuningJobs: expect.arrayContaining([expect.objectContaining({ name: 'later' })]),
    });
  });

  it('ends when the key is taken back', async () => {
    const { next } = follow();
    await next();
    server.forget(TOKEN);
    await expect(next()).rejects.toThrow();
  });

  it("does not tell another tenant's changes", async () => {
    const other = createClient({ url: server.url, token: OTHER_TOKEN });
    const { next } = follow({}, other);
    expect(await next()).toEqual({ kind: 'ready', resumed: false });
    await client.createTuningJob(SEARCH);
    await other.createTuningJob({ ...SEARCH, name: 'theirs' });
    expect(await next()).toMatchObject({ tuningJobs: [{ name: 'theirs' }] });
  });

  it('refuses unknown tokens, unknown tuning jobs and unknown parameters', async () => {
    const stranger = createClient({ url: server.url, token: 'nobody' });
    await expect(follow({}, stranger).next()).rejects.toMatchObject({ status: 401, code: 'Unauthorized' });
    await expect(follow({ tuningJobName: 'nothing' }).next()).rejects.toMatchObject({ status: 404, code: 'NotFound' });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${server.url}/api/v1/events?tuningjob=x`, { headers })).status).toBe(400);
  });

  it('sends heartbeats, so that proxies keep it open', async () => {
    const response = await fetch(`${server.url}/api/v1/events`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let text = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      if (text.includes(': still here\n\n')) break;
    }
    expect(text).toMatch(/^id: \d+\nevent: ready\n/);
  });

  it('ends when the server ends', async () => {
    const { next } = follow();
    await next();
    await server.stop();
    expect(await next()).toBeUndefined();
    server = await startApiServer();
  });
});
