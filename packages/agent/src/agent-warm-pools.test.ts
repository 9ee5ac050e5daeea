import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHarness } from './testing/agent-harness.fixture.js';
import { MemoryExecutor } from './testing/executor.fixture.js';

let harness: AgentHarness;

beforeEach(async () => {
  harness = await AgentHarness.open();
  const { behaviour } = harness.gateway;
  behaviour.order = { keepAliveSeconds: 60, warmPool: 'pool' };
  behaviour.keeps = () => true;
});
afterEach(() => harness.close());

/** An agent with one slot, which a first training job has left for the next. */
async function withKeptSlot() {
  const executor = new MemoryExecutor();
  await harness.start(executor, { offer: { kind: 'any', slots: 1 } });
  harness.source.add('ml.test', 'first');
  (await executor.at(0)).finish();
  await harness.gateway.until(() => harness.gateway.reported().length === 1);
  return executor;
}

const FIRST = { trainingJobId: 'first', fence: 1 };
const NEXT = { trainingJobId: 'next', fence: 1 };

describe('a slot that its training job leaves to a warm pool', () => {
  it('takes nothing from a class queue, and starts what it is offered', async () => {
    const { gateway, source } = harness;
    const executor = await withKeptSlot();
    source.add('ml.test', 'stranger');
    gateway.say({ case: 'slotOffer', value: { key: NEXT, instanceClass: 'ml.test', keptSlot: FIRST } });
    const next = await executor.at(1);
    expect(next.key).toMatchObject(NEXT);
    expect(gateway.all('claim').at(-1)).toMatchObject({ key: NEXT, keptSlot: FIRST });
    expect(source.done).toEqual(['first']);
  });

  it('serves all again when the server names it no more', async () => {
    const { gateway, source } = harness;
    const executor = await withKeptSlot();
    source.add('ml.test', 'stranger');
    gateway.say({ case: 'keptSlots', value: { slots: [] } });
    expect((await executor.at(1)).key.trainingJobId).toBe('stranger');
  });

  it('serves all when the server does not keep it', async () => {
    harness.gateway.behaviour.keeps = () => false;
    const executor = await withKeptSlot();
    harness.source.add('ml.test', 'stranger');
    expect((await executor.at(1)).key.trainingJobId).toBe('stranger');
  });

  it('serves all after a fault of the machine, without asking', async () => {
    const executor = new MemoryExecutor();
    await harness.start(executor, { offer: { kind: 'any', slots: 1 } });
    harness.gateway.behaviour.acknowledgeReports = false;
    harness.source.add('ml.test', 'first', 'second');
    (await executor.at(0)).finish({ kind: 'InternalError', reason: 'The disk is full.' });
    expect((await executor.at(1)).key.trainingJobId).toBe('second');
  });

  it('is named in the hello of a new connection, and goes on being kept as the server wishes', async () => {
    const executor = await withKeptSlot();
    await harness.gateway.crash();
    const gateway = await harness.restartGateway({ keptOnHello: (hello) => hello.keptSlots, keeps: () => true });
    await gateway.until(() => gateway.hellos.length === 1);
    expect(gateway.hellos[0]?.keptSlots).toMatchObject([FIRST]);
    gateway.say({ case: 'slotOffer', value: { key: NEXT, instanceClass: 'ml.test', keptSlot: FIRST } });
    expect((await executor.at(1)).key).toMatchObject(NEXT);
  });
});
