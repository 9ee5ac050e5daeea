import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extractTarGz, openObjectStores } from '@fleetune/artifacts';
import type { Algorithm } from '@fleetune/protocol';
import { afterEach, beforeAll, expect, test } from 'vitest';
import {
  channel,
  makeExecutor,
  makeOrder,
  metric,
  runAttempt,
  startAttempt,
  temporaryFolder,
} from '../../execution.fixture.js';
import type { AttemptExecutorOptions } from '../../executor-options.js';
import { agentIdentity, taggedPids } from '../../process-tree/attempt-tag.js';
import { containerLabels } from './container-labels.js';
import { describeWithEngines } from './engine.fixture.js';

const IMAGE = 'localhost/trainer:1';
function image(entrypoint: string[] = [], args: string[] = [], name = IMAGE): Algorithm['kind'] {
  return {
    case: 'image',
    value: { $typeName: 'fleetune.agent.v1.ImageAlgorithm', image: name, entrypoint, arguments: args },
  };
}

const RESOURCES = { resources: { cpuMilli: 1000, memoryMib: 64, gpuMilli: 0 } };

const shell = (script: string, ...args: string[]) => image(['/bin/sh', '-c'], [script, ...args]);

describeWithEngines('a training program in a container of its image', (engine) => {
  const executorOf = (options: Partial<AttemptExecutorOptions> = {}) =>
    makeExecutor({ containerEngine: engine.address, containerNetwork: 'host', ...options });

  beforeAll(async () => {
    await engine.build(IMAGE, {
      files: {
        '/bin/train': '#!/bin/sh\necho "train in $PWD as $(id -u), $GREETING"\n',
        '/bin/greet': '#!/bin/sh\necho "greet $*"\n',
      },
      settings: ['ENV GREETING=hello', 'WORKDIR /srv'],
    });
  });
  afterEach(async () => {
    const left = await engine.containers();
    await Promise.all(left.map((id) => engine.client.getContainer(id).remove({ force: true })));
    expect(left).toEqual([]);
  });

  test('runs "train" as SageMaker does, from its inputs to its model', async () => {
    const data = temporaryFolder();
    writeFileSync(join(data, 'a.csv'), '1,2,3');
    const output = temporaryFolder();
    await engine.build('localhost/whole:1', {
      files: {
        '/opt/program/train': [
          '#!/bin/sh',
          'cat /opt/ml/input/config/hyperparameters.json; echo',
          'cat /opt/ml/input/config/inputdataconfig.json; echo',
          'cat /opt/ml/input/config/resourceconfig.json; echo',
          'echo "data $(cat /opt/ml/input/data/train/a.csv) $SM_CHANNEL_TRAIN $MODE"',
          'echo changed > /opt/ml/input/data/train/a.csv',
          'echo weights > /opt/ml/model/weights; echo kept > /opt/ml/output/data/kept; echo c > /opt/ml/checkpoints/c',
          'echo "loss=0.5" >&2; sleep 0.1; echo "loss=0.25"',
        ].join('\n'),
      },
      settings: ['ENV PATH=/opt/program:/bin'],
    });
    const order = makeOrder(image([], [], 'localhost/whole:1'), {
      hyperparameters: { rate: '0.25' },
      channels: [channel('train', pathToFileURL(data).href, 'None', { inputMode: 'FastFile' })],
      environment: { MODE: 'fast' },
      outputUri: pathToFileURL(output).href,
      checkpointUri: pathToFileURL(join(output, 'checkpoints')).href,
      metricDefinitions: [metric('loss', 'loss=([0-9.]+)')],
      objectiveMetricName: 'loss',
    });
    const { result, log, observer } = await runAttempt(executorOf(), order, RESOURCES);
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(log).toContain('{"rate":"0.25"}');
    expect(log).toContain('"TrainingInputMode":"FastFile"');
    expect(log).toContain('"current_host":"algo-1"');
    expect(log).toContain('data 1,2,3 /opt/ml/input/data/train fast');
    expect(log).toContain('Read-only file system');
    expect(readFileSync(join(data, 'a.csv'), 'utf8')).toBe('1,2,3');
    expect(observer.points.map(({ value }) => value)).toEqual([0.5, 0.25]);
    expect(observer.phases).toEqual(['Starting', 'Downloading', 'Training', 'Uploading']);
    expect(observer.messages[1]).toBe('Placing the input channels and downloading the training image');
    const unpacked = temporaryFolder();
    await extractTarGz(await openObjectStores().get(result.modelArtifactUri ?? ''), unpacked, 'model');
    expect(readFileSync(join(unpacked, 'weights'), 'utf8')).toBe('weights\n');
    expect(readdirSync(join(output, 'digits-001/output')).sort()).toEqual(['model.tar.gz', 'output.tar.gz']);
    expect(readdirSync(join(output, 'checkpoints'))).not.toEqual([]);
  });

  const run = (algorithm: Algorithm['kind'], more: Parameters<typeof makeOrder>[1] = {}) =>
    runAttempt(executorOf(), makeOrder(algorithm, more), RESOURCES);

  test('takes entry point and arguments from the order', async () => {
    expect((await run(image())).log).toBe('train in /srv as 0, hello\n');
    expect((await run(image(['greet', 'a']))).log).toBe('greet a\n');
    expect((await run(image(['greet'], ['b c']))).log).toBe('greet b c\n');
  });

  test('gives the image’s own entry point "train", or the order’s arguments', async () => {
    await engine.build('localhost/entry:1', {
      files: { '/bin/greet': '#!/bin/sh\necho "greet $*"\n' },
      settings: ['ENTRYPOINT ["greet"]', 'CMD ["nobody"]'],
    });
    expect((await run(image([], [], 'localhost/entry:1'))).log).toBe('greet train\n');
    expect((await run(image([], ['x', 'y'], 'localhost/entry:1'))).log).toBe('greet x y\n');
  });

  test('explains a failure by exit code, failure file and last words', async () => {
    const silent = await run(shell('echo no such column >&2; exit 3'));
    expect(silent.result.outcome).toEqual({
      kind: 'AlgorithmError',
      exitCode: 3,
      reason: 'The program ended with exit code 3. Last lines: no such column',
    });
    const told = await run(shell('echo no rows > /opt/ml/output/failure; exit 1'));
    expect(JSON.stringify(told.result.outcome)).toContain('exit code 1. no rows');
  });

  test('names the program that the image does not have', async () => {
    await engine.build('localhost/empty:1', {});
    const missing = await run(image([], [], 'localhost/empty:1'));
    expect(missing.result.outcome).toMatchObject({
      kind: 'AlgorithmError',
      reason: expect.stringMatching(/localhost\/empty:1 has no program "train".*ContainerEntrypoint/),
    });
  });

  test('says that the memory was not enough, and how much it was', async () => {
    const { result } = await run(shell('tail /dev/zero'));
    expect(result.outcome).toMatchObject({
      kind: 'AlgorithmError',
      reason: expect.stringContaining('out of memory. It has 64 MiB on this agent'),
    });
  });

  test('stops a program that obeys, and stores what it saved', async () => {
    const output = temporaryFolder();
    const script = 'trap "echo late > /opt/ml/model/weights; exit 0" TERM; echo ready; while true; do sleep 0.05; done';
    const order = makeOrder(shell(script), { outputUri: pathToFileURL(output).href });
    const attempt = startAttempt(executorOf(), order, RESOURCES);
    await attempt.printed('ready');
    attempt.execution.stop('UserRequested');
    const result = await attempt.execution.result;
    expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'UserRequested' });
    expect(result.modelArtifactUri).toContain('model.tar.gz');
    await attempt.execution.dispose();
  });

  test('kills a program that ignores SIGTERM, after the grace period and at the runtime limit', async () => {
    const executor = executorOf({ stopGraceMs: 300 });
    const order = makeOrder(shell('trap "" TERM; echo ready; while true; do sleep 0.05; done'), {
      maxRuntimeSeconds: 1,
    });
    const { result } = await runAttempt(executor, order, RESOURCES);
    expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'MaxRuntimeExceeded' });
    const ranMs = (result.trainingEndMs ?? 0) - (result.trainingStartMs ?? 0);
    expect(ranMs).toBeGreaterThan(1_200);
    expect(ranMs).toBeLessThan(10_000);
  });

  test('ends with everything that it started when the attempt is killed', async () => {
    const attempt = startAttempt(
      executorOf(),
      makeOrder(shell('setsid sleep 600 & echo started; sleep 600')),
      RESOURCES,
    );
    await attempt.printed('started');
    const own = { FLEETUNE_ATTEMPT: `job-1.${attempt.execution.key.fence}` };
    await expect.poll(() => taggedPids(own).length).toBeGreaterThan(1);
    await attempt.execution.kill();
    expect(taggedPids(own)).toEqual([]);
    expect((await attempt.execution.result).outcome.kind).toBe('Lost');
    await attempt.execution.dispose();
  });

  test('has no network where the order wants none, and limits that its neighbours need', async () => {
    const { log } = await run(
      shell(
        'ip -o addr | grep -vc " lo "; grep -E "NoNewPrivs|CapEff" /proc/1/status; grep "open files" /proc/self/limits; mount | grep /dev/shm; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true',
      ),
      { networkIsolation: true },
    );
    expect(log).toMatch(/^0\n/);
    expect(log).toContain('NoNewPrivs:\t1');
    const capabilities = BigInt(`0x${/CapEff:\s+([0-9a-f]+)/.exec(log)?.[1]}`);
    for (const dropped of [CAP_MKNOD, CAP_NET_RAW]) expect((capabilities >> dropped) & 1n).toBe(0n);
    expect(log).toContain('size=32768k');
    expect(log).toMatch(/^4096$/m);
  });

  test('may be another user than root, and writes what is stored', async () => {
    await engine.build('localhost/user:1', { settings: ['USER trainer'] });
    const output = temporaryFolder();
    const script = 'id -u; cd /opt/ml; for place in model output/data checkpoints; do echo $place > $place/file; done';
    const { result, log } = await run(image(['sh'], ['-c', script], 'localhost/user:1'), {
      outputUri: pathToFileURL(output).href,
    });
    expect(log).toBe('1234\n');
    expect(result).toMatchObject({ outcome: { kind: 'Succeeded' }, modelArtifactUri: expect.any(String) });
  });

  test('reads a channel as a pipe', async () => {
    const data = temporaryFolder();
    writeFileSync(join(data, 'a.csv'), '1,2,3\n');
    const piped = channel('train', pathToFileURL(data).href, 'None', { inputMode: 'Pipe' });
    const { log } = await run(shell('cat /opt/ml/input/data/train_0 /opt/ml/input/data/train_1'), {
      channels: [piped],
    });
    expect(log).toBe('1,2,3\n1,2,3\n');
  });

  test('loses nothing of a flood of output, and finds the metric at its end', async () => {
    const bytes = 32 * 1024 * 1024;
    const attempt = startAttempt(
      executorOf(),
      makeOrder(shell(`dd if=/dev/zero bs=65536 count=${bytes / 65536} 2>/dev/null; echo; echo loss=1.5`), {
        metricDefinitions: [metric('loss', 'loss=([0-9.]+)')],
      }),
      RESOURCES,
    );
    expect((await attempt.execution.result).finalMetrics).toMatchObject([{ value: 1.5 }]);
    expect(attempt.execution.log.length).toBe(bytes + '\nloss=1.5\n'.length);
    await attempt.execution.dispose();
  });

  test('lives on while the engine’s service is gone, and is followed when it is back', async () => {
    const script = [
      'echo before',
      'until test -e /opt/ml/checkpoints/end; do test -e /opt/ml/checkpoints/go && echo after; sleep 0.05; done',
      'exit 7',
    ].join('; ');
    const attempt = startAttempt(executorOf(), makeOrder(shell(script)), RESOURCES);
    await attempt.printed('before');
    const [id = ''] = await engine.containers();
    const { Mounts } = await engine.client.getContainer(id).inspect();
    const checkpoints = join(Mounts.find(({ Destination }) => Destination === '/opt/ml')?.Source ?? '', 'checkpoints');
    await engine.kill();
    await engine.start();
    writeFileSync(join(checkpoints, 'go'), '');
    await attempt.printed('after');
    writeFileSync(join(checkpoints, 'end'), '');
    expect((await attempt.execution.result).outcome).toMatchObject({ kind: 'AlgorithmError', exitCode: 7 });
    await attempt.execution.dispose();
  });

  test('an engine that does not answer is the agent’s fault, named with its address', async () => {
    const faults: unknown[] = [];
    const executor = makeExecutor({
      containerEngine: 'unix:///nowhere/podman.sock',
      onContainerEngineFault: (error) => faults.push(error),
    });
    await executor.sweepOrphans();
    expect(String(faults[0])).toContain('unix:///nowhere/podman.sock does not answer');
    const { result } = await runAttempt(executor, makeOrder(image()), RESOURCES);
    expect(result.outcome).toMatchObject({
      kind: 'InternalError',
      reason: expect.stringMatching(/unix:\/\/\/nowhere\/podman.sock does not answer.*--container-engine/),
    });
  });

  test('what a dead agent process of the same state folder left is swept, and nothing else', async () => {
    const stateFolder = temporaryFolder();
    const own = agentIdentity(stateFolder);
    const dead = { ...own, process: { pid: 2 ** 22 + 1, startTicks: '1' } };
    const other = { ...dead, stateId: 'another-state' };
    const start = async (agent: typeof own) => {
      const Labels = containerLabels(agent, { trainingJobId: 'job', fence: 1 }, 'digits');
      const container = await engine.client.createContainer({
        ...{ Image: IMAGE, Entrypoint: ['sleep'], Cmd: ['600'], Labels },
        HostConfig: { NetworkMode: 'none' },
      });
      await container.start();
      return container.id;
    };
    const [orphan, ...spared] = [await start(dead), await start(own), await start(other)];
    await executorOf({ stateFolder }).sweepOrphans();
    expect((await engine.containers()).sort()).toEqual([...spared].sort());
    expect(spared).not.toContain(orphan);
    await Promise.all(spared.map((id) => engine.client.getContainer(id).remove({ force: true })));
  });
});

const CAP_NET_RAW = 13n;
const CAP_MKNOD = 27n;
