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

describe('losing the server', () => {
  it('says what it holds when it is back, tells it again, and reports what ended meanwhile', async () => {
    const executor = new MemoryExecutor((execution) => {
      execution.started.observer.phase('Training', 1, '');
    });
    await harness.start(executor);
    source.add('ml.test', 'running', 'ended');
    const [running, ended] = [await executor.at(0), await executor.at(1)];
    running.print('one\n');
    await gateway.until(() => gateway.all('phaseChange').length === 2 && gateway.all('logChunk').length === 1);
    await gateway.crash();
    running.started.observer.metrics([{ name: 'loss', value: 1, step: 0, timestampMs: 1 }]);
    running.print('two\n');
    ended.finish({ kind: 'AlgorithmError', reason: 'boom', exitCode: 3 });

    gateway = await harness.restartGateway();
    await gateway.until(() => gateway.reported().length === 1 && gateway.all('metricBatch').length === 1);
    expect(gateway.hellos[0]?.heldAttempts.map(({ key, running }) => [key?.trainingJobId, running])).toEqual([
      ['running', true],
      ['ended', false],
    ]);
    expect(gateway.reported()).toEqual(['ended.1']);
    expect(gateway.all('phaseChange').map(({ key }) => key?.trainingJobId)).toContain('running');
    await gateway.until(() => gateway.all('logChunk').some(({ data }) => Buffer.from(data).includes('two')));
    running.finish();
    await gateway.until(() => gateway.reported().length === 2);
  });

  it('kills what the server gave away meanwhile, and reports nothing of it', async () => {
    const executor = new MemoryExecutor();
    await harness.start(executor);
    source.add('ml.test', 'lost', 'kept');
    const [lost, kept] = [await executor.at(0), await executor.at(1)];
    await gateway.crash();
    const killOnHello = () => [{ trainingJobId: 'lost', fence: 1 }];
    gateway = await harness.restartGateway({ killOnHello });
    await expect.poll(() => lost.disposed).toBe(true);
    expect(lost.killed).toBe(true);
    kept.finish();
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.reported()).toEqual(['kept.1']);
  });

  it('repeats after a crash what was not acknowledged', async () => {
    gateway.behaviour.acknowledgeReports = false;
    const first = await harness.start(new MemoryExecutor(succeed));
    source.add('ml.test', 'job');
    await gateway.until(() => gateway.reported().length === 1);
    await first.kill();
    gateway.behaviour.acknowledgeReports = true;

    const second = await harness.start(new MemoryExecutor());
    await gateway.until(() => gateway.reported().length === 2);
    expect(gateway.hellos[1]?.heldAttempts).toMatchObject([{ key: { trainingJobId: 'job' }, running: false }]);
    expect(gateway.all('attemptReport')[1]).toEqual(gateway.all('attemptReport')[0]);
    await second.stop();

    await (await harness.start(new MemoryExecutor())).whenReady();
    expect(gateway.hellos[2]?.heldAttempts).toEqual([]);
  });

  it('stops and then kills an attempt whose lease it cannot renew, and says that it was interrupted', async () => {
    gateway.behaviour.leaseTtlMs = 900;
    gateway.behaviour.leaseRenewEveryMs = 150;
    const executor = new MemoryExecutor();
    await harness.start(executor);
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    await gateway.crash();
    await expect.poll(() => execution.stopReason, { timeout: 5_000 }).toBeDefined();
    expect(execution.killed).toBe(false);
    await expect.poll(() => execution.killed, { timeout: 5_000 }).toBe(true);
    gateway = await harness.restartGateway();
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('attemptReport')[0]?.outcome.case).toBe('interrupted');
  });

  it('makes a new connection when the server stops answering', async () => {
    gateway.behaviour.leaseRenewEveryMs = 50;
    gateway.behaviour.answerRenewals = false;
    await harness.start(new MemoryExecutor());
    await gateway.until(() => gateway.hellos.length === 2);
    gateway.behaviour.answerRenewals = true;
  });
});
