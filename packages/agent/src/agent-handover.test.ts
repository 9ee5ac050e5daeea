import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, makeOrder } from './execution/execution.fixture.js';
import { AgentHarness } from './testing/agent-harness.fixture.js';
import { MemoryExecutor } from './testing/executor.fixture.js';
import type { GatewayFixture } from './testing/gateway.fixture.js';
import type { MemorySource } from './testing/source.fixture.js';

let harness: AgentHarness;
let gateway: GatewayFixture;
let source: MemorySource;

const key = { trainingJobId: 'kept', fence: 7 };
const kept = {
  key,
  order: makeOrder(command('true')),
  resources: { cpuMilli: 1, memoryMib: 1, gpuMilli: 0 },
  cpuCount: 1,
  gpuUuids: [],
};

beforeEach(async () => {
  harness = await AgentHarness.open();
  ({ gateway, source } = harness);
});

afterEach(async () => {
  await harness.close();
});

describe('what an earlier agent process left', () => {
  it('is held from the first hello on, keeps its slot, and is told and reported under its fence', async () => {
    const executor = new MemoryExecutor();
    executor.kept = [kept];
    await harness.start(executor, { offer: { kind: 'any', slots: 1 } });
    const execution = await executor.at(0);
    await gateway.until(() => gateway.all('leaseRenewal').some(({ keys }) => keys.length === 1));
    expect(gateway.hellos[0]?.heldAttempts).toMatchObject([{ key, running: true }]);
    expect(executor.heldUntilMs).toBeGreaterThan(performance.now());
    source.add('ml.test', 'next');
    execution.print('line\n');
    await gateway.until(() => gateway.all('logChunk').length === 1);
    expect(executor.executions).toHaveLength(1);
    execution.finish();
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.reported()).toEqual(['kept.7']);
    await executor.at(1);
  });

  it('may publish only after the server has left it to this agent', async () => {
    gateway.behaviour.answerRenewals = false;
    const executor = new MemoryExecutor();
    executor.kept = [kept];
    await harness.start(executor);
    const execution = await executor.at(0);
    let confirmed: boolean | undefined;
    const asked = execution.started.confirmLease().then((isHeld) => {
      confirmed = isHeld;
    });
    await gateway.until(() => gateway.hellos.length === 1);
    expect(confirmed).toBeUndefined();
    gateway.behaviour.answerRenewals = true;
    await asked;
    expect(confirmed).toBe(true);
  });

  it('is killed when the server has given it away', async () => {
    gateway.behaviour.killOnHello = () => [key];
    const executor = new MemoryExecutor();
    executor.kept = [kept];
    await harness.start(executor);
    const execution = await executor.at(0);
    await expect.poll(() => execution.disposed).toBe(true);
    expect(execution.killed).toBe(true);
    expect(gateway.reported()).toEqual([]);
  });

  it('was asked to end by that process: it is interrupted, and attempted again', async () => {
    const executor = new MemoryExecutor();
    executor.kept = [kept];
    await harness.start(executor);
    (await executor.at(0)).finish({ kind: 'Stopped', stopReason: 'AgentStopping' });
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('attemptReport')[0]?.outcome.case).toBe('interrupted');
  });
});

describe('handing over', () => {
  it('leaves what goes on without it, and lets the rest save and end', async () => {
    const executor = new MemoryExecutor((execution) => {
      execution.outlivesAgent = execution.key.trainingJobId === 'stays';
    });
    const agent = await harness.start(executor);
    source.add('ml.test', 'stays', 'ends');
    const [stays, ends] = [await executor.at(0), await executor.at(1)];
    const handedOver = agent.handOver();
    await expect.poll(() => ends.stopReason).toBe('AgentStopping');
    ends.finish({ kind: 'Stopped', stopReason: 'AgentStopping' });
    await handedOver;
    await agent.closed;
    expect(gateway.reported()).toEqual(['ends.1']);
    expect(gateway.all('attemptReport')[0]?.outcome.case).toBe('interrupted');
    expect(stays).toMatchObject({ isLetGo: true, killed: false, disposed: false, stopReason: undefined });
  });
});
