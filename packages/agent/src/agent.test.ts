import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from './agent.js';
import type { AgentConfig, AgentDependencies } from './agent-config.js';
import { AgentRejectedError } from './gateway/gateway-link.js';
import { JoinRefusedError, JoinTokenMissingError } from './identity/join-fleet.js';
import { StateDirectoryInUseError } from './identity/state-directory-lock.js';
import type { RunningAgent } from './running-agent.js';
import { type MemoryExecution, MemoryExecutor } from './testing/executor.fixture.js';
import { GatewayFixture } from './testing/gateway.fixture.js';
import { MemorySource } from './testing/source.fixture.js';

const log = pino({ level: 'silent' });
let stateDirectory: string;
let gateway: GatewayFixture;
let source: MemorySource;
const agents: RunningAgent[] = [];

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'fleetune-agent-'));
  gateway = await GatewayFixture.start({ demand: ['ml.test'] });
  source = new MemorySource();
});

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.kill()));
  await gateway.crash();
  await rm(stateDirectory, { recursive: true, force: true });
});

async function start(
  executor: MemoryExecutor,
  overrides: Partial<AgentConfig> = {},
  dependencies: AgentDependencies = {},
): Promise<RunningAgent> {
  const agent = await startAgent(
    {
      serverUrl: gateway.url,
      joinToken: 'token',
      name: 'bench',
      stateDirectory,
      offer: { kind: 'any', slots: 2 },
      executor,
      openSource: () => source,
      log,
      version: '0.0.0-test',
      ...overrides,
    },
    { random: () => 0, nvidiaSmi: 'no-such-nvidia-smi', ...dependencies },
  );
  agents.push(agent);
  return agent;
}

const succeed = (execution: MemoryExecution) => execution.finish();

describe('joining', () => {
  it('exchanges the join token once and keeps the identity to itself', async () => {
    const first = await start(new MemoryExecutor());
    await first.stop();
    expect(gateway.behaviour.joinTokens.size).toBe(0);
    const path = join(stateDirectory, 'identity.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ agentId: first.id });

    const second = await start(new MemoryExecutor());
    await second.whenReady();
    expect(second.id).toBe(first.id);
    expect(gateway.hellos[1]?.agentEpoch).not.toBe(gateway.hellos[0]?.agentEpoch);
  });

  it('says what the machine has and what it offers', async () => {
    await (await start(new MemoryExecutor())).whenReady();
    expect(gateway.hellos[0]).toMatchObject({
      agentVersion: '0.0.0-test',
      offeredClasses: [{ name: '*', slots: 2 }],
      inventory: { sandbox: 'none', gpus: [] },
    });
    expect(gateway.hellos[0]?.inventory?.cpuMilli).toBeGreaterThan(0);
    expect(gateway.hellos[0]?.inventory?.memoryMib).toBeGreaterThan(0n);
  });

  it('refuses to start without a token, with a wrong one, or on a directory in use', async () => {
    const { joinToken: _, ...withoutToken } = { joinToken: 'x' };
    await expect(start(new MemoryExecutor(), { joinToken: 'wrong' })).rejects.toThrow(JoinRefusedError);
    await expect(
      startAgent({
        ...withoutToken,
        serverUrl: gateway.url,
        name: 'bench',
        stateDirectory,
        offer: { kind: 'any', slots: 1 },
        executor: new MemoryExecutor(),
        openSource: () => source,
        log,
        version: '0',
      }),
    ).rejects.toThrow(JoinTokenMissingError);
    await start(new MemoryExecutor());
    await expect(start(new MemoryExecutor())).rejects.toThrow(StateDirectoryInUseError);
  });

  it('joins again with a new token when the server has forgotten it', async () => {
    const first = await start(new MemoryExecutor());
    await first.stop();
    gateway.behaviour.credentials.clear();
    gateway.behaviour.joinTokens.add('new token');
    const second = await start(new MemoryExecutor(), { joinToken: 'new token' });
    await second.whenReady();
    expect(gateway.behaviour.credentials.has(second.id)).toBe(true);
  });

  it('is over when the server rejects it', async () => {
    const agent = await start(new MemoryExecutor());
    await agent.whenReady();
    gateway.behaviour.credentials.clear();
    const { port } = gateway.behaviour;
    await gateway.crash();
    gateway = await GatewayFixture.start({ port });
    await expect(agent.closed).rejects.toThrow(AgentRejectedError);
    expect(agent.state).toBe('Stopped');
  });
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
    await start(executor);
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
    await start(executor, { offer: { kind: 'any', slots: 3 } });
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
    await start(executor, { offer: { kind: 'any', slots: 1 } });
    source.add('ml.test', 'old', 'new');
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.reported()).toEqual(['new.1']);
    expect(source.done).toContain('old');
    expect(source.putBack).toEqual([]);
  });

  it('puts an entry back when the connection is lost before the claim is answered', async () => {
    gateway.behaviour.claim = () => 'ignore';
    await start(new MemoryExecutor());
    source.add('ml.test', 'job');
    await gateway.until(() => gateway.all('claim').length === 1);
    await gateway.crash();
    await source.until(() => source.putBack.length === 1);
    expect(source.done).toEqual([]);
  });

  it('puts an entry back when the server does not answer its claim, and gives a grant that comes later back', async () => {
    gateway.behaviour.claim = () => 'ignore';
    const executor = new MemoryExecutor();
    await start(executor, { offer: { kind: 'any', slots: 1 } }, { claimTimeoutMs: 50 });
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
    await start(executor);
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
    await start(executor, { offer: { kind: 'classes', classes: [small, huge, other] } });
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
    await start(executor);
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
    await start(executor, { offer: { kind: 'any', slots: 1 } });
    source.add('ml.test', 'first', 'second');
    await gateway.until(() => gateway.reported().length === 2);
    expect(gateway.all('attemptReport').map(({ outcome }) => outcome.case)).toEqual(['internalError', 'succeeded']);
  });

  it('keeps no more than about a mebibyte of log unacknowledged', async () => {
    gateway.behaviour.acknowledgeLogs = false;
    const executor = new MemoryExecutor();
    await start(executor);
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

describe('losing the server', () => {
  it('says what it holds when it is back, tells it again, and reports what ended meanwhile', async () => {
    const executor = new MemoryExecutor((execution) => {
      execution.started.observer.phase('Training', 1, '');
    });
    await start(executor);
    source.add('ml.test', 'running', 'ended');
    const [running, ended] = [await executor.at(0), await executor.at(1)];
    running.print('one\n');
    await gateway.until(() => gateway.all('phaseChange').length === 2 && gateway.all('logChunk').length === 1);
    const { port, credentials } = gateway.behaviour;
    await gateway.crash();
    running.started.observer.metrics([{ name: 'loss', value: 1, step: 0, timestampMs: 1 }]);
    running.print('two\n');
    ended.finish({ kind: 'AlgorithmError', reason: 'boom', exitCode: 3 });

    gateway = await GatewayFixture.start({ port, credentials, demand: ['ml.test'] });
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
    await start(executor);
    source.add('ml.test', 'lost', 'kept');
    const [lost, kept] = [await executor.at(0), await executor.at(1)];
    const { port, credentials } = gateway.behaviour;
    await gateway.crash();
    const killOnHello = () => [{ trainingJobId: 'lost', fence: 1 }];
    gateway = await GatewayFixture.start({ port, credentials, killOnHello, demand: ['ml.test'] });
    await expect.poll(() => lost.disposed).toBe(true);
    expect(lost.killed).toBe(true);
    kept.finish();
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.reported()).toEqual(['kept.1']);
  });

  it('repeats after a crash what was not acknowledged', async () => {
    gateway.behaviour.acknowledgeReports = false;
    const first = await start(new MemoryExecutor(succeed));
    source.add('ml.test', 'job');
    await gateway.until(() => gateway.reported().length === 1);
    await first.kill();
    gateway.behaviour.acknowledgeReports = true;

    const second = await start(new MemoryExecutor());
    await gateway.until(() => gateway.reported().length === 2);
    expect(gateway.hellos[1]?.heldAttempts).toMatchObject([{ key: { trainingJobId: 'job' }, running: false }]);
    expect(gateway.all('attemptReport')[1]).toEqual(gateway.all('attemptReport')[0]);
    await second.stop();

    await (await start(new MemoryExecutor())).whenReady();
    expect(gateway.hellos[2]?.heldAttempts).toEqual([]);
  });

  it('stops and then kills an attempt whose lease it cannot renew, and says that it was interrupted', async () => {
    gateway.behaviour.leaseTtlMs = 900;
    gateway.behaviour.leaseRenewEveryMs = 150;
    const executor = new MemoryExecutor();
    await start(executor);
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    const { port, credentials } = gateway.behaviour;
    await gateway.crash();
    await expect.poll(() => execution.stopReason, { timeout: 5_000 }).toBeDefined();
    expect(execution.killed).toBe(false);
    await expect.poll(() => execution.killed, { timeout: 5_000 }).toBe(true);
    gateway = await GatewayFixture.start({ port, credentials });
    await gateway.until(() => gateway.reported().length === 1);
    expect(gateway.all('attemptReport')[0]?.outcome.case).toBe('interrupted');
  });

  it('makes a new connection when the server stops answering', async () => {
    gateway.behaviour.leaseRenewEveryMs = 50;
    gateway.behaviour.answerRenewals = false;
    await start(new MemoryExecutor());
    await gateway.until(() => gateway.hellos.length === 2);
    gateway.behaviour.answerRenewals = true;
  });
});

describe('ending', () => {
  it('drains: takes nothing new and waits for what runs', async () => {
    const executor = new MemoryExecutor();
    const agent = await start(executor);
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

  it('drains when the server asks for it', async () => {
    const agent = await start(new MemoryExecutor());
    await agent.whenReady();
    gateway.say({ case: 'drain', value: {} });
    await gateway.until(() => gateway.all('draining').length === 1);
    expect(agent.state).toBe('Draining');
  });

  it('asks programs that outlast the drain to save, and reports them as interrupted', async () => {
    const executor = new MemoryExecutor();
    const agent = await start(executor, { drainSeconds: 0.05, stopGraceSeconds: 5 });
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    const stopping = agent.stop();
    await expect.poll(() => execution.stopReason).toBeDefined();
    execution.finish({ kind: 'Stopped', stopReason: 'UserRequested' });
    await stopping;
    expect(gateway.all('attemptReport')[0]?.outcome).toMatchObject({
      case: 'interrupted',
      value: { reason: 'The agent was stopped.' },
    });
    expect(agent.state).toBe('Stopped');
    await agent.closed;
  });

  it('kills programs that do not end in time', async () => {
    const executor = new MemoryExecutor();
    const agent = await start(executor, { drainSeconds: 0, stopGraceSeconds: 0.05 });
    source.add('ml.test', 'job');
    const execution = await executor.at(0);
    await agent.stop();
    expect(execution.killed).toBe(true);
    expect(gateway.reported()).toEqual(['job.1']);
  });
});
