import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptResult, MetricPoint } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AttemptExecution, AttemptExecutor, KeptAttempt } from '../attempt-execution.js';
import {
  logText,
  makeExecutor,
  makeOrder,
  metric,
  python,
  RecordingObserver,
  temporaryFolder,
} from '../execution.fixture.js';
import { taggedPids } from '../process-tree/attempt-tag.js';
import { allPids, childrenOf, commandLineOf, groupOf, processIdentity } from '../process-tree/proc.js';
import { EarlierAgent, isBuilt } from './earlier-agent.fixture.js';

const metricDefinitions = [metric('loss', 'loss=(\\S+);')];
const STEPS = 150;
const COUNTING = `
import os, time
print('pid=%d;' % os.getpid(), flush=True)
for step in range(${STEPS}):
    print(f'loss={step};', flush=True)
    time.sleep(0.02)
`;

let jobs = 0;

interface Scene {
  readonly agent: EarlierAgent;
  readonly stateFolder: string;
  readonly jobId: string;
}

async function begin(
  program: string,
  options: {
    readonly folder?: string;
    readonly sandbox?: string;
    readonly leaseMs?: number;
    readonly order?: Partial<TrainingOrder>;
  } = {},
): Promise<Scene> {
  const { folder = temporaryFolder(), sandbox = 'bubblewrap', order = {}, ...rest } = options;
  const stateFolder = join(folder, 'state');
  const jobId = `job-kept-${process.pid}-${++jobs}`;
  const agent = new EarlierAgent({
    ...{ folder, stateFolder, sandbox, ...rest },
    key: { trainingJobId: jobId, fence: 3 },
    order: makeOrder(python(program), { metricDefinitions, ...order }),
  });
  await agent.told('points');
  return { agent, stateFolder, jobId };
}

function processesOf(jobId: string): number[] {
  return taggedPids({ FLEETUNE_ATTEMPT: `${jobId}.3` });
}

/** The supervisor and what helps it. */
function supervisorsOf(stateFolder: string): number[] {
  return allPids().filter((pid) => commandLineOf(pid).includes(`supervise.sh\0${stateFolder}`));
}

interface TakenOver {
  readonly execution: AttemptExecution;
  readonly observer: RecordingObserver;
}

function takeOver(executor: AttemptExecutor): TakenOver {
  const [kept, ...others] = executor.keptAttempts?.() ?? [];
  expect(others).toEqual([]);
  const observer = new RecordingObserver();
  const execution = (kept as KeptAttempt).takeOver({ observer, confirmLease: async () => true });
  return { execution, observer };
}

async function ended({ execution }: TakenOver): Promise<{ readonly result: AttemptResult; readonly log: string }> {
  const result = await execution.result;
  const log = await logText(execution);
  await execution.dispose();
  return { result, log };
}

describe.runIf(isBuilt)('after its agent was killed', () => {
  test.each(['bubblewrap', 'namespaces', 'none'] as const)(
    '%s: a program goes on, every line of it once',
    async (sandbox) => {
      const { agent, stateFolder, jobId } = await begin(COUNTING, { sandbox });
      const before = processesOf(jobId);
      await agent.kill();
      expect(processesOf(jobId)).toEqual(before);
      const executor = makeExecutor({ stateFolder });
      const taken = takeOver(executor);
      expect(await executor.sweepOrphans()).toEqual({ killedProcesses: 0 });
      expect(processesOf(jobId)).toEqual(before);
      const { result, log } = await ended(taken);
      expect(result).toMatchObject({
        outcome: { kind: 'Succeeded' },
        finalMetrics: [{ name: 'loss', value: STEPS - 1 }],
      });
      const lines = log.split('\n');
      expect(lines.filter((line) => line.startsWith('loss='))).toEqual(
        Array.from({ length: STEPS }, (_, n) => `loss=${n};`),
      );
      expect(lines.filter((line) => line.startsWith('pid='))).toHaveLength(1);
      expect(taken.observer.phases).toEqual(['Training', 'Uploading']);
      expect(processesOf(jobId)).toEqual([]);
      await expect.poll(() => supervisorsOf(stateFolder)).toEqual([]);
    },
  );

  test('metrics go on with the step after those that the server has', async () => {
    const { agent, stateFolder } = await begin(COUNTING);
    const points = await agent.told<MetricPoint[]>('points');
    await agent.order('told');
    await agent.kill();
    const taken = takeOver(makeExecutor({ stateFolder }));
    const { result } = await ended(taken);
    const steps = taken.observer.points.map(({ step, value }) => [step, value]);
    expect(steps[0]?.[0]).toBeGreaterThan(points.length - 1);
    expect(steps).toEqual(steps.map((_, index) => [Number(steps[0]?.[0]) + index, Number(steps[0]?.[0]) + index]));
    expect(result.finalMetrics).toMatchObject([{ value: STEPS - 1 }]);
    expect(result.startupMs).toBeGreaterThan(0);
  });

  test.each([
    ['print("loss=1;", flush=True); exit(7)', { kind: 'AlgorithmError', exitCode: 7 }],
    ['print("loss=1;", flush=True)', { kind: 'Succeeded' }],
  ])('a program that ends meanwhile has ended as it did: %s', async (program, outcome) => {
    const { agent, stateFolder, jobId } = await begin(
      `import time\nprint("loss=0;", flush=True); time.sleep(1.5)\n${program}`,
    );
    await agent.kill();
    await expect.poll(() => processesOf(jobId), { timeout: 10_000 }).toEqual([]);
    const { result, log } = await ended(takeOver(makeExecutor({ stateFolder })));
    expect(result.outcome).toMatchObject(outcome);
    expect(log).toBe('loss=0;\nloss=1;\n');
  });

  test.each(['bubblewrap', 'namespaces', 'none'] as const)(
    '%s: no agent comes before the lease ends, and nothing is left',
    async (sandbox) => {
      const program =
        'import os, time\nprint("loss=0;", flush=True)\nos.fork() or (os.setsid(), os.fork())\ntime.sleep(600)';
      const { agent, stateFolder, jobId } = await begin(program, { sandbox, leaseMs: 4_000 });
      await agent.kill();
      expect(processesOf(jobId).length).toBeGreaterThanOrEqual(3);
      await expect.poll(() => processesOf(jobId), { timeout: 10_000 }).toEqual([]);
      await expect.poll(() => supervisorsOf(stateFolder), { timeout: 5_000 }).toEqual([]);
      const executor = makeExecutor({ stateFolder });
      expect(executor.keptAttempts?.()).toEqual([]);
      await executor.sweepOrphans();
      expect(readdirSync(join(stateFolder, 'attempts'))).toHaveLength(1);
    },
  );

  test('an agent that held its output back leaves nothing either', async () => {
    const { agent, stateFolder, jobId } = await begin(COUNTING, { leaseMs: 4_000 });
    const drains = supervisorsOf(stateFolder)
      .flatMap(childrenOf)
      .filter((pid) => commandLineOf(pid) === 'cat\0');
    expect(drains).toHaveLength(1);
    for (const pid of drains) process.kill(pid, 'SIGSTOP');
    await agent.kill();
    await expect.poll(() => processesOf(jobId), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => [...supervisorsOf(stateFolder), ...drains.filter(processIdentity)]).toEqual([]);
  });

  test('what an agent held back goes on with the next one', async () => {
    const { agent, stateFolder } = await begin(COUNTING);
    const drains = supervisorsOf(stateFolder)
      .flatMap(childrenOf)
      .filter((pid) => commandLineOf(pid) === 'cat\0');
    for (const pid of drains) process.kill(pid, 'SIGSTOP');
    await agent.kill();
    const { result, log } = await ended(takeOver(makeExecutor({ stateFolder })));
    expect(result).toMatchObject({ outcome: { kind: 'Succeeded' }, finalMetrics: [{ value: STEPS - 1 }] });
    expect(log.match(/^loss=/gm)).toHaveLength(STEPS);
  });

  test('an agent that stands still keeps nothing alive beyond its lease', async () => {
    const { agent, stateFolder, jobId } = await begin(COUNTING, { leaseMs: 4_000 });
    agent.process.kill('SIGSTOP');
    await expect.poll(() => processesOf(jobId), { timeout: 10_000 }).toEqual([]);
    agent.process.kill('SIGCONT');
    const result = await agent.told<AttemptResult>('result');
    expect(result.outcome).toMatchObject({ kind: 'Interrupted', reason: expect.stringContaining('lease') });
    await expect.poll(() => supervisorsOf(stateFolder)).toEqual([]);
  });

  test('what it had asked to end is known as that', async () => {
    const program =
      'import signal, time\nsignal.signal(15, lambda *_: (print("saving", flush=True), time.sleep(1), exit(0)))\nprint("loss=0;", flush=True)\nwhile True: time.sleep(0.01)';
    const { agent, stateFolder } = await begin(program);
    await agent.order('stop');
    await agent.kill();
    const { result } = await ended(takeOver(makeExecutor({ stateFolder })));
    expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'AgentStopping' });
  });

  test('time goes on: the limit counts from the start of the program', async () => {
    const { agent, stateFolder } = await begin(COUNTING, { order: { maxRuntimeSeconds: 3 } });
    await agent.kill();
    const startedMs = performance.now();
    const { result } = await ended(takeOver(makeExecutor({ stateFolder })));
    expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'MaxRuntimeExceeded' });
    expect(performance.now() - startedMs).toBeLessThan(3_500);
  });
});

const canMount = process.getuid?.() === 0;

describe.runIf(isBuilt && canMount)('on a disk that is full', () => {
  test('a program goes on, its exit code is kept, and its log says that something is missing', async () => {
    const folder = temporaryFolder();
    const disk = join(folder, 'state');
    mkdirSync(disk);
    const shell = (command: string) => spawnSync('sh', ['-c', command, disk]).status;
    expect(shell('mount -t tmpfs -o size=2m tmpfs "$0"')).toBe(0);
    onTestFinished(() => void shell('umount --lazy "$0"'));
    const program = `
import os, time
print('loss=0;', flush=True)
while not os.path.exists('${folder}/full'): time.sleep(0.01)
for line in range(100): print('x' * 1000, flush=True)
open('${folder}/printed', 'w').close()
while not os.path.exists('${folder}/room'): time.sleep(0.01)
for line in range(150): print(f'loss={line};', flush=True); time.sleep(0.02)
exit(9)`;
    const { agent, stateFolder, jobId } = await begin(program, { folder });
    shell('dd if=/dev/zero of="$0/filler" bs=1024');
    writeFileSync(join(folder, 'full'), '');
    await agent.kill();
    await expect.poll(() => existsSync(join(folder, 'printed')), { timeout: 10_000 }).toBe(true);
    shell('rm "$0/filler"');
    writeFileSync(join(folder, 'room'), '');
    await expect.poll(() => processesOf(jobId), { timeout: 20_000 }).toEqual([]);
    const { result, log } = await ended(takeOver(makeExecutor({ stateFolder })));
    expect(result).toMatchObject({ outcome: { exitCode: 9 }, finalMetrics: [{ value: 149 }] });
    expect(log).toContain('fleetune: the disk took no more; output is missing here');
  });
});

describe.runIf(isBuilt)('a supervisor that is killed', () => {
  function killSupervisor(stateFolder: string): void {
    const [attempts = ''] = readdirSync(join(stateFolder, 'attempts'));
    const [attempt = ''] = readdirSync(join(stateFolder, 'attempts', attempts));
    const identity = readFileSync(join(stateFolder, 'attempts', attempts, attempt, 'log', 'supervisor'), 'utf8');
    process.kill(Number(identity.split(' ')[0]), 'SIGKILL');
  }

  test.each(['bubblewrap', 'namespaces', 'none'] as const)(
    '%s: the agent says so, and nothing is left',
    async (sandbox) => {
      const program = 'import os, time\nprint("loss=0;", flush=True)\nos.fork()\ntime.sleep(600)';
      const { agent, stateFolder, jobId } = await begin(program, { sandbox });
      const [group] = supervisorsOf(stateFolder).map(groupOf);
      killSupervisor(stateFolder);
      const result = await agent.told<AttemptResult>('result');
      expect(result.outcome).toMatchObject({ kind: 'InternalError', reason: expect.stringContaining('supervised') });
      expect(processesOf(jobId)).toEqual([]);
      expect(allPids().filter((pid) => groupOf(pid) === group && processIdentity(pid) !== undefined)).toEqual([]);
    },
  );

  test('with its agent gone too: the attempt is not kept, and nothing is left', async () => {
    const { agent, stateFolder, jobId } = await begin(COUNTING, { leaseMs: 5_000 });
    await agent.kill();
    killSupervisor(stateFolder);
    const executor = makeExecutor({ stateFolder });
    expect(executor.keptAttempts?.()).toEqual([]);
    await executor.sweepOrphans();
    expect(processesOf(jobId)).toEqual([]);
  });
});
