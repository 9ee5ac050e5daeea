import { type ConnectRequest, toTrainingOrder } from '@fleetune/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.fixture.js';
import { ClaimDesk } from './claim-desk.js';

const key = { trainingJobId: 'job', fence: 1 };
const order = toTrainingOrder(
  {
    algorithm: { kind: 'command', command: ['true'] },
    hyperparameters: {},
    channels: [],
    outputUri: 'file:///out',
    instances: [],
    stopping: { maxRuntimeSeconds: 60 },
    maximumRetryAttempts: 0,
    environment: {},
    metricDefinitions: [],
    networkIsolation: false,
    spot: false,
    keepAliveSeconds: 0,
  },
  {
    trainingJobName: 'job',
    trainingJobArn: 'arn',
    instance: { instanceType: 'ml.test', instanceCount: 1, volumeSizeGib: 1 },
  },
);
let clock: VirtualClock;
let sent: ConnectRequest[];
let connected: boolean;
let desk: ClaimDesk;

beforeEach(() => {
  clock = new VirtualClock();
  sent = [];
  connected = true;
  const send = (message: ConnectRequest) => {
    if (connected) sent.push(message);
    return connected;
  };
  desk = new ClaimDesk({ send }, clock, 5_000);
});

describe('ClaimDesk', () => {
  it('hands the answer to whoever asked, with the time of asking', async () => {
    const askedAtMs = clock.monotonicMs();
    const granted = desk.ask(key, 'ml.test');
    const refused = desk.ask({ ...key, fence: 2 }, 'ml.test');
    clock.advance(100);
    expect(desk.answer({ ...key, fence: 2 }, { kind: 'refused', reason: 'not due' })).toBe(true);
    expect(desk.answer(key, { kind: 'granted', order })).toBe(true);
    expect(await granted).toEqual({ kind: 'granted', order, askedAtMs });
    expect(await refused).toEqual({ kind: 'refused', reason: 'not due', askedAtMs });
  });

  it('counts a claim without an answer as unanswered after 5 s, and knows the answer that comes too late', async () => {
    const answer = desk.ask(key, 'ml.test');
    clock.advance(4_999);
    expect(desk.isPending(key)).toBe(true);
    clock.advance(1);
    expect(await answer).toMatchObject({ kind: 'unanswered' });
    expect(desk.answer(key, { kind: 'granted', order })).toBe(false);
  });

  it('leaves nothing pending when the connection is lost', async () => {
    const answer = desk.ask(key, 'ml.test');
    desk.disconnected();
    expect(await answer).toMatchObject({ kind: 'unanswered' });
    connected = false;
    expect(await desk.ask(key, 'ml.test')).toMatchObject({ kind: 'unanswered' });
    expect(clock.timerCount).toBe(0);
  });
});
