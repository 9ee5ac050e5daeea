import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHarness } from './testing/agent-harness.fixture.js';
import { MemoryExecutor } from './testing/executor.fixture.js';
import type { GatewayFixture } from './testing/gateway.fixture.js';
import type { MemorySource } from './testing/source.fixture.js';

let harness: AgentHarness;
let gateway: GatewayFixture;
let source: MemorySource;

beforeEach(async () => {
  harness = await AgentHarness.open();
  ({ gateway, source } = harness);
});

afterEach(async () => {
  await harness.close();
});

describe('ending', () => {
  it('drains: takes nothing new and waits for what runs', async () => {
    const executor = new MemoryExecutor();
    const agent = await harness.start(executor);
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    let drained = false;
    const draining = agent.drain().then(() => {
      drained = true;
    });
    source.add('ml.test', 'never');
    await gateway.until(() => gateway.all('draining').length === 1);
    expect(agent.state).toBe('Draining');
    expect(drained).toBe(false);
    execution.finish();
    await draining;
    expect(gateway.reported()).toEqual(['job.1']);
    expect(executor.executions).toHaveLength(1);
  });

  it('takes no work from when the server says so until it says otherwise, also after a restart', async () => {
    const executor = new MemoryExecutor();
    const agent = await harness.start(executor);
    source.add('ml.test', 'goes-on');
    const execution = await executor.at(0);
    gateway.say({ case: 'drain', value: {} });
    await gateway.until(() => gateway.all('draining').length === 1);
    expect(agent.state).toBe('Draining');
    expect(execution.stopReason).toBeUndefined();
    await agent.kill();
    const again = await harness.start(executor);
    await gateway.until(() => gateway.all('draining').length >= 2);
    expect(again.state).toBe('Draining');
    source.add('ml.test', 'waits');
    gateway.say({ case: 'resume', value: {} });
    await executor.at(1);
    expect(again.state).toBe('Ready');
  });

  it('asks programs that outlast the drain to save, and reports them as interrupted', async () => {
    const executor = new MemoryExecutor();
    const agent = await harness.start(executor, { drainSeconds: 0.05, stopGraceSeconds: 5 });
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    const stopping = agent.stop();
    await expect.poll(() => execution.stopReason).toBe('AgentStopping');
    execution.finish({ kind: 'Stopped', stopReason: 'AgentStopping' });
    await stopping;
    expect(gateway.all('attemptReport')[0]?.outcome).toMatchObject({
      case: 'interrupted',
      value: { reason: 'The agent was stopped.' },
    });
    expect(agent.state).toBe('Stopped');
    await agent.closed;
  });

  it('reports a stop that was asked for before its own as what it is', async () => {
    const executor = new MemoryExecutor();
    const agent = await harness.start(executor, { drainSeconds: 0, stopGraceSeconds: 5 });
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    const stopping = agent.stop();
    await expect.poll(() => execution.stopReason).toBeDefined();
    execution.finish({ kind: 'Stopped', stopReason: 'MaxRuntimeExceeded' });
    await stopping;
    expect(gateway.all('attemptReport')[0]?.outcome).toMatchObject({
      case: 'stopped',
      value: { stopReason: 'MaxRuntimeExceeded' },
    });
  });

  it('kills programs that do not end in time', async () => {
    const executor = new MemoryExecutor();
    const agent = await harness.start(executor, { drainSeconds: 0, stopGraceSeconds: 0.05 });
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    await agent.stop();
    expect(execution.killed).toBe(true);
    expect(gateway.reported()).toEqual(['job.1']);
  });
});
