import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHarness } from './testing/agent-harness.fixture.js';
import { MemoryExecutor } from './testing/executor.fixture.js';
import type { GatewayFixture } from './testing/gateway.fixture.js';

const REASON = 'The cloud wants it back.';
const SPOT = { kind: 'any', slots: 2, spot: true } as const;
let harness: AgentHarness;

beforeEach(async () => {
  harness = await AgentHarness.open();
});

afterEach(async () => {
  await harness.close();
});

/** Starts a spot agent that runs one attempt. */
async function running(overrides: Parameters<AgentHarness['start']>[1] = {}) {
  const { source, gateway } = harness;
  const executor = new MemoryExecutor();
  gateway.behaviour.demand = ['ml.test', 'ml.test:spot'];
  const agent = await harness.start(executor, { offer: SPOT, ...overrides });
  source.add('ml.test:spot', 'job');
  return { agent, executor, gateway, source, execution: await executor.at(0) };
}

const outcomes = (gateway: GatewayFixture) => gateway.all('attemptReport').map(({ outcome }) => outcome);

describe('a spot agent', () => {
  it('offers its slots to jobs that agreed to spot machines, and to no others', async () => {
    const { gateway, source, execution } = await running();
    expect(gateway.hellos[0]?.offeredClasses).toMatchObject([{ name: '*:spot', slots: 2 }]);
    expect(execution.key.trainingJobId).toBe('job');
    expect(source.waiting.get('ml.test')).toBeUndefined();
  });

  it('on notice takes nothing more, lets programs save in the time that is left, and reports why', async () => {
    let tell: (secondsLeft: number) => void = () => undefined;
    const told = new Promise<number>((resolve) => {
      tell = resolve;
    });
    const spotNotices = { next: async () => ({ reason: REASON, secondsLeft: await told }) };
    const { agent, gateway, execution } = await running({ spotNotices });
    tell(60);
    await expect.poll(() => execution.stopReason).toBe('AgentStopping');
    expect(execution.stopTime?.saveMs).toBeCloseTo(38_000, -3);
    expect(execution.stopTime?.endMs).toBeCloseTo(57_000, -3);
    expect(agent.state).toBe('Draining');
    execution.finish({ kind: 'Stopped', stopReason: 'AgentStopping' });
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('draining')).toHaveLength(1);
    expect(outcomes(gateway)).toMatchObject([{ case: 'interrupted', value: { reason: REASON } }]);
  });

  it('ends programs that do not end by themselves before the machine is gone', async () => {
    const { agent, gateway, execution } = await running();
    await agent.interrupt({ reason: REASON, secondsLeft: 0.1 });
    expect(execution.killed).toBe(true);
    await gateway.until(() => gateway.reported().length === 1);
    expect(outcomes(gateway)).toMatchObject([{ case: 'interrupted', value: { reason: REASON } }]);
  });

  it('reports a program that succeeded meanwhile as that', async () => {
    const { agent, gateway, execution } = await running();
    const interrupted = agent.interrupt({ reason: REASON, secondsLeft: 20 });
    execution.finish();
    await interrupted;
    expect(outcomes(gateway)).toMatchObject([{ case: 'succeeded' }]);
  });

  it('takes the SIGTERM of its cloud for a notice, and ends', async () => {
    const { agent, gateway, execution } = await running({ spotSeconds: 0.1, stopGraceSeconds: 120, drainSeconds: 120 });
    await agent.stop();
    expect(execution.killed).toBe(true);
    expect(outcomes(gateway)).toMatchObject([
      { case: 'interrupted', value: { reason: expect.stringMatching(/spot machine/) } },
    ]);
    await agent.closed;
  });
});

it('takes work again when the longest of several drills is over', async () => {
  const { gateway, source } = harness;
  const executor = new MemoryExecutor((execution) => execution.finish());
  const agent = await harness.start(executor);
  await agent.whenReady();
  gateway.say({ case: 'interrupt', value: { secondsLeft: 0.5, reason: 'A drill.' } });
  gateway.say({ case: 'interrupt', value: { secondsLeft: 0.1, reason: 'A short drill.' } });
  const saidAt = performance.now();
  await gateway.until(() => gateway.all('draining').length === 1);
  source.add('ml.test', 'after');
  await gateway.until(() => gateway.reported().length === 1);
  expect(performance.now() - saidAt).toBeGreaterThan(450);
  expect(gateway.hellos).toHaveLength(2);
});

it('after a drill an agent takes work again', async () => {
  const { gateway, source } = harness;
  const executor = new MemoryExecutor((execution) => {
    if (execution.key.trainingJobId === 'after') execution.finish();
  });
  const agent = await harness.start(executor);
  source.add('ml.test', 'before');
  const before = await executor.at(0);
  gateway.say({ case: 'interrupt', value: { secondsLeft: 0.2, reason: 'A drill.' } });
  await expect.poll(() => before.stopReason).toBe('AgentStopping');
  source.add('ml.test', 'after');
  before.finish({ kind: 'Stopped', stopReason: 'AgentStopping' });
  await gateway.until(() => gateway.reported().length === 2);
  expect(outcomes(gateway)).toMatchObject([
    { case: 'interrupted', value: { reason: 'A drill.' } },
    { case: 'succeeded' },
  ]);
  expect(gateway.hellos).toHaveLength(2);
  expect(agent.state).toBe('Ready');
});
