import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_ROLE, provisionAgentRole } from './agent-role.js';
import type { ClassQueues } from './class-queues.js';
import { openQueues } from './open-queues.js';
import { sql, startPostgresServer } from './postgres-server.fixture.js';
import type { TestStore } from './test-store.fixture.js';

const log = { info: () => {}, warn: () => {} };
const item = { instanceClass: 'cpu', key: { trainingJobId: 'job', fence: 1 } };

describe('provisionAgentRole', () => {
  let store: TestStore;
  let server: ClassQueues;
  let agent: ClassQueues;
  let agentUrl: string;

  beforeAll(async () => {
    store = await startPostgresServer();
  });
  afterAll(async () => {
    await store.stop();
  });
  beforeEach(async () => {
    server = openQueues(store.connection, log);
    await server.ensureReady();
    agentUrl = await provisionAgentRole(store.connection.url);
    agent = openQueues({ kind: 'postgres', url: agentUrl }, log);
  });
  afterEach(async () => {
    await agent.close();
    await server.close();
  });

  it('lets agents use the queues', async () => {
    await server.enqueue([item]);
    const entry = await agent.createConsumer('cpu').next(new AbortController().signal);
    expect(entry?.key).toEqual(item.key);
    await entry?.done();
    expect((await server.counts(['cpu'])).get('cpu')).toEqual({ waiting: 0, handedOut: 0 });
  });

  it('lets agents see and make nothing else', async () => {
    await sql(store.connection.url, 'create table if not exists secret (value text)');
    await expect(sql(agentUrl, 'select * from public.secret')).rejects.toThrow('permission denied');
    await expect(sql(agentUrl, 'create schema theirs')).rejects.toThrow('permission denied');
    await expect(sql(agentUrl, 'create table public.theirs ()')).rejects.toThrow('permission denied');
    await expect(sql(agentUrl, 'drop table bullmq.job')).rejects.toThrow('must be owner');
    expect(await sql(agentUrl, `select rolsuper, rolcreaterole from pg_roles where rolname = '${AGENT_ROLE}'`)).toEqual(
      [{ rolsuper: false, rolcreaterole: false }],
    );
  });

  it('gives every server the same URL, also when they ask at once', async () => {
    const urls = await Promise.all([1, 2, 3].map(() => provisionAgentRole(store.connection.url)));
    expect(new Set(urls)).toEqual(new Set([agentUrl]));
  });

  it('holds after the queue schema was dropped and made again', async () => {
    await store.wipe();
    await server.ensureReady();
    await server.enqueue([item]);
    const entry = await agent.createConsumer('cpu').next(new AbortController().signal);
    expect(entry?.key).toEqual(item.key);
    await entry?.done();
  });

  it('needs few connections for many classes', async () => {
    const stop = new AbortController();
    const consumers = Array.from({ length: 10 }, (_, index) => agent.createConsumer(`class-${index}`));
    const waiting = consumers.map((consumer) => consumer.next(stop.signal));
    for (const [index, taken] of waiting.entries()) {
      await server.enqueue([{ instanceClass: `class-${index}`, key: item.key }]);
      await (await taken)?.done();
    }
    const [row] = await sql(
      store.connection.url,
      `select count(*)::int from pg_stat_activity where usename = '${AGENT_ROLE}'`,
    );
    expect((row as { count: number }).count).toBeLessThanOrEqual(5);
    stop.abort();
  });
});
