import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHarness } from './testing/agent-harness.fixture.js';
import { type MemoryExecution, MemoryExecutor } from './testing/executor.fixture.js';
import type { GatewayFixture } from './testing/gateway.fixture.js';
import type { MemorySource } from './testing/source.fixture.js';

let harness: AgentHarness;
let gateway: GatewayFixture;
let source: MemorySource;
const succeed = (execution: MemoryExecution) => execution.finish();

beforeEach(async () => {
  harness = await AgentHarness.open();
  ({ gateway, source } = harness);
});

afterEach(async () => {
  await harness.close();
});

describe('running attempts', () => {
  it('pulls, claims, runs and reports, with phases, metrics and log before the report', async () => {
    const executor = new MemoryExecutor((execution) => {
      const { observer } = execution.started;
      observer.phase('Starting', 1, 'starting');
      observer.metrics([{ name: 'loss', value: 0.5, step: 0, timestampMs: 2 }]);
      observer.phase('Uploading', 3, 'uploading');
      execution.print('loss=0.5\n');
      execution.finish();
    });
    await harness.start(executor);
    source.add('ml.test', 'job-1');
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.heard.map(({ case: kind }) => kind).filter((kind) => kind !== 'leaseRenewal')).toEqual([
      'claim',
      'phaseChange',
      'metricBatch',
      'phaseChange',
      'logChunk',
      'attemptReport',
    ]);
    expect(gateway.all('attemptReport')[0]).toMatchObject({ outcome: { case: 'succeeded' }, logBytes: 9n });
    expect(source.done).toEqual(['job-1']);
    const execution = await executor.at(0);
    await expect.poll(() => execution.disposed).toBe(true);
  });

  it('fills all its slots at once and takes no more than it has', async () => {
    const executor = new MemoryExecutor();
    await harness.start(executor, { offer: { kind: 'any', slots: 3 } });
    source.add('ml.test', 'a', 'b', 'c', 'd', 'e');
    await executor.at(2);
    expect(source.waiting.get('ml.test')).toBe(0);
    expect(executor.executions).toHaveLength(3);
    const freeBefore = executor.executions.map(({ started }) => started.slotFreeAtMonotonicMs);
    executor.executions[1]?.finish();
    const next = await executor.at(3);
    expect(next.key.trainingJobId).toBe('d');
    expect(next.started.slotFreeAtMonotonicMs).toBeGreaterThan(Math.max(...freeBefore));
  });

  it('drops an entry whose claim is refused and serves the next', async () => {
    gateway.behaviour.claim = (name) => (name === 'old.1' ? 'refuse' : 'grant');
    const executor = new MemoryExecutor(succeed);
    await harness.start(executor, { offer: { kind: 'any', slots: 1 } });
    source.add('ml.test', 'old', 'new');
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.reported()).toEqual(['new.1']);
    expect(source.done).toContain('old');
    expect(source.putBack).toEqual([]);
  });

  it('puts an entry back when the connection is lost before the claim is answered', async () => {
    gateway.behaviour.claim = () => 'ignore';
    await harness.start(new MemoryExecutor());
    source.add('ml.test', 'job');
    await gateway.until(() => gateway.all('claim').length === 1);
    await gateway.crash();
    await source.until(() => source.putBack.length === 1);
    expect(source.done).toEqual([]);
  });

  it('puts an entry back when the server does not answer its claim, and gives a grant that comes later back', async () => {
    gateway.behaviour.claim = () => 'ignore';
    const executor = new MemoryExecutor();
    await harness.start(executor, { offer: { kind: 'any', slots: 1 } }, { claimTimeoutMs: 50 });
    source.add('ml.test', 'slow');
    await source.until(() => source.putBack.length === 1);
    const key = { trainingJobId: 'slow', fence: 1 };
    gateway.say({ case: 'claimReply', value: { key, decision: { case: 'granted', value: {} } } });
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('attemptReport')[0]?.outcome.case).toBe('interrupted');
    expect(executor.executions).toEqual([]);

    gateway.behaviour.claim = () => 'grant';
    source.add('ml.test', 'next');
    expect((await executor.at(0)).key.trainingJobId).toBe('next');
  });

  it('runs an attempt once that its queue hands out twice', async () => {
    const executor = new MemoryExecutor();
    await harness.start(executor);
    source.add('ml.test', 'job', 'job');
    await source.until(() => source.done.length === 2);
    expect(executor.executions).toHaveLength(1);
    expect(gateway.all('claim')).toHaveLength(1);
  });

  it('listens only on the queues of classes in demand that it offers', async () => {
    gateway.behaviour.demand = ['ml.small', 'ml.huge'];
    const executor = new MemoryExecutor(succeed);
    const small = { name: 'ml.small', resources: { cpuMilli: 100, memoryMib: 16, gpuMilli: 0 } };
    const huge = { name: 'ml.huge', resources: { cpuMilli: 100, memoryMib: 16, gpuMilli: 64_000 } };
    const other = { name: 'ml.other', resources: { cpuMilli: 100, memoryMib: 16, gpuMilli: 0 } };
    await harness.start(executor, { offer: { kind: 'classes', classes: [small, huge, other] } });
    await source.until(() => (source.waiting.get('ml.small') ?? 0) > 0);
    expect(source.opened).toEqual(['ml.small']);
    expect(gateway.hellos[0]?.offeredClasses.map(({ name }) => name)).toEqual(['ml.small', 'ml.other']);

    gateway.say({ case: 'demand', value: { instanceClasses: ['ml.other'] } });
    await source.until(() => (source.waiting.get('ml.other') ?? 0) > 0 && source.waiting.get('ml.small') === 0);
    source.add('ml.other', 'job');
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('claim')[0]?.instanceClass).toBe('ml.other');
  });

  it('stops an attempt for the reason the server gives', async () => {
    const executor = new MemoryExecutor();
    await harness.start(executor);
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    gateway.say({
      case: 'stopAttempt',
      value: { key: { trainingJobId: 'job', fence: 1 }, stopReason: 'EarlyStopped' },
    });
    await expect.poll(() => execution.stopReason).toBe('EarlyStopped');
    execution.finish({ kind: 'Stopped', stopReason: 'EarlyStopped' });
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('attemptReport')[0]?.outcome).toMatchObject({ value: { stopReason: 'EarlyStopped' } });
  });

  it('reports an attempt that cannot be started as an internal error and frees its slot', async () => {
    let failures = 0;
    const executor = new MemoryExecutor((execution) => {
      if (failures++ === 0) throw new Error('no space left');
      execution.finish();
    });
    await harness.start(executor, { offer: { kind: 'any', slots: 1 } });
    source.add('ml.test', 'first', 'second');
    await gateway.until(() => gateway.reported().length === 2);
    expect(gateway.all('attemptReport').map(({ outcome }) => outcome.case)).toEqual(['internalError', 'succeeded']);
  });

  it('keeps no more than about a mebibyte of log unacknowledged', async () => {
    gateway.behaviour.acknowledgeLogs = false;
    const executor = new MemoryExecutor();
    await harness.start(executor);
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    execution.print('x'.repeat(3 * 2 ** 20));
    const bytes = () => gateway.all('logChunk').reduce((sum, { data }) => sum + data.length, 0);
    await gateway.until(() => bytes() >= 2 ** 20);
    gateway.behaviour.acknowledgeLogs = true;
    expect(bytes()).toBeLessThanOrEqual(2 ** 20 + 64 * 1024);
    const key = { trainingJobId: 'job', fence: 1 };
    gateway.say({ case: 'logAcknowledged', value: { key, nextOffset: BigInt(bytes()) } });
    await gateway.until(() => bytes() === 3 * 2 ** 20);
    expect(Math.max(...gateway.all('logChunk').map(({ data }) => data.length))).toBe(64 * 1024);
  });
});
