import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Algorithm } from '@fleetune/protocol';
import { expect, test } from 'vitest';
import {
  logText,
  makeExecutor,
  makeOrder,
  PYTHON,
  python,
  runAttempt,
  startAttempt,
  temporaryFolder,
} from '../../execution.fixture.js';
import { allPids, commandLineOf, environmentOf } from '../../process-tree/proc.js';
import { OF_A_TUNING_JOB, scriptOrder, statistics } from './zygote.fixture.js';

const SCORE = 'print("loss=1")';

/** The interpreters that are zygotes of this process. */
function zygotePids(): number[] {
  return allPids().filter((pid) => {
    const variables = environmentOf(pid);
    const isOurs = variables.get('FLEETUNE_AGENT')?.includes(`.${process.pid}-`) === true;
    return isOurs && variables.get('FLEETUNE_ATTEMPT')?.startsWith('zygote.') && commandLineOf(pid).startsWith(PYTHON);
  });
}

/** The attempts that processes of this one's agents belong to. */
function ownTagged(): string[] {
  return allPids().flatMap((pid) => {
    const variables = environmentOf(pid);
    const isOurs = variables.get('FLEETUNE_AGENT')?.includes(`.${process.pid}-`) === true;
    return isOurs ? [variables.get('FLEETUNE_ATTEMPT') ?? ''] : [];
  });
}

test('a job of its own starts cold; those of a tuning job come from one zygote from the first, and say so', async () => {
  const executor = makeExecutor({ zygote: 'auto' });
  const once = scriptOrder({ 'train.py': 'print("once")' });
  const first = startAttempt(executor, once);
  await first.execution.result;
  expect(first.observer.messages).toContain('The program is running');
  expect(statistics(executor)).toMatchObject({ forks: 0, cold: { first: 1 }, started: 0 });

  const order = scriptOrder({ 'train.py': SCORE }, OF_A_TUNING_JOB);
  const atOnce = await Promise.all([runAttempt(executor, order), runAttempt(executor, order)]);
  for (const { observer } of atOnce) {
    expect(observer.messages).toContain('The program is running, forked from a zygote');
  }
  expect(statistics(executor)).toMatchObject({ forks: 2, cold: { first: 1 }, started: 1, alive: 1 });
  expect(statistics(executor).residentBytes).toBeGreaterThan(1024 * 1024);
});

test('what one job changes does not reach the next, and each draws its own numbers', async () => {
  const program = `
import json, os, random, sys
print(getattr(json, 'left', 'clean'), os.environ.get('LEFT'), len(sys.path), random.random())
json.left = os.environ['LEFT'] = 'dirt'; sys.path.append('/dirt'); os.chdir('/')`;
  const executor = makeExecutor({ zygote: 'on' });
  const logs = [];
  for (let job = 0; job < 3; job++) logs.push((await runAttempt(executor, scriptOrder({ 'train.py': program }))).log);
  expect(new Set(logs).size).toBe(3);
  expect(new Set(logs.map((log) => log.split(' ').slice(0, 3).join(' '))).size).toBe(1);
  expect(logs[0]).toMatch(/^clean None /);
  expect(statistics(executor)).toMatchObject({ forks: 3, started: 1 });
});

test('a module that starts a thread or fails when it is imported is left to the job', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'noisy.py'),
    'import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()',
  );
  writeFileSync(join(folder, 'failing.py'), 'import os\nif "SM_HPS" not in os.environ: raise RuntimeError("no job")');
  writeFileSync(join(folder, 'quiet.py'), 'name = "quiet"');
  const preloadable = ['noisy', 'failing', 'quiet'];
  const executor = makeExecutor({ zygote: 'on', zygoteOptions: { preloadable } });
  const program = 'import noisy, failing, quiet, threading; print(threading.active_count(), quiet.name)';
  const order = makeOrder(python(program), { environment: { PYTHONPATH: folder } });
  expect((await runAttempt(executor, order)).log).toBe('2 quiet\n');
  expect((await runAttempt(executor, order)).log).toBe('2 quiet\n');
  expect(statistics(executor)).toMatchObject({ forks: 2, started: 3, ended: { broken: 2 } });
});

test('Arrow, which pandas loads, is kept from starting its thread; the job knows nothing of it', async () => {
  const folder = temporaryFolder();
  const cleansInThread = [
    'import os, threading, time',
    'if os.environ.get("JE_ARROW_MALLOC_CONF") != "background_thread:false":',
    '    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()',
  ];
  writeFileSync(join(folder, 'arrow_like.py'), cleansInThread.join('\n'));
  const executor = makeExecutor({ zygote: 'on', zygoteOptions: { preloadable: ['arrow_like'] } });
  const program =
    'import arrow_like, os, threading; print(threading.active_count(), os.environ.get("JE_ARROW_MALLOC_CONF"))';
  const order = makeOrder(python(program), { environment: { PYTHONPATH: folder } });
  expect((await runAttempt(executor, order)).log).toBe('1 None\n');
  expect(statistics(executor)).toMatchObject({ forks: 1, started: 1 });
});

test('a job with a module of the name of one that the zygote holds starts cold, and finds its own', async () => {
  const executor = makeExecutor({ zygote: 'on' });
  const files = { 'train.py': 'import csv; print(csv.mine)', 'csv.py': 'mine = "own"' };
  expect((await runAttempt(executor, scriptOrder(files))).log).toBe('own\n');
  expect(statistics(executor).cold).toEqual({ 'own-module': 1 });
});

test('a zygote that does not answer is killed; the job starts cold and the next has a new zygote', async () => {
  const executor = makeExecutor({ zygote: 'on', zygoteOptions: { forkWithinMs: 300 } });
  const order = scriptOrder({ 'train.py': 'print("ran")' });
  await runAttempt(executor, order);
  const [pid = 0] = zygotePids();
  process.kill(pid, 'SIGSTOP');
  expect((await runAttempt(executor, order)).log).toBe('ran\n');
  expect(statistics(executor)).toMatchObject({ forks: 1, cold: { fallback: 1 }, ended: { broken: 1 } });
  expect(zygotePids()).not.toContain(pid);
  expect((await runAttempt(executor, order)).log).toBe('ran\n');
  expect(statistics(executor)).toMatchObject({ forks: 2, started: 2 });
});

test('a zygote that dies takes its jobs with it, and they are told as nobody’s fault', async () => {
  const executor = makeExecutor({ zygote: 'on' });
  const order = scriptOrder({ 'train.py': 'print("up", flush=True); import time; time.sleep(600)' });
  const running = startAttempt(executor, order);
  await running.printed('up');
  for (const pid of zygotePids()) process.kill(pid, 'SIGKILL');
  expect((await running.execution.result).outcome).toMatchObject({ kind: 'InternalError' });
  const again = startAttempt(executor, order);
  await again.printed('up');
  await again.execution.kill();
  expect(statistics(executor)).toMatchObject({ forks: 2, started: 2, ended: { broken: 1 } });
});

test('a zygote is replaced when it is worn, and when packages have changed', async () => {
  const packages = temporaryFolder();
  const executor = makeExecutor({ zygote: 'on', zygoteOptions: { maxForks: 2, preloadable: ['one'] } });
  const order = makeOrder(python('import one; print(one.version)'), { environment: { PYTHONPATH: packages } });
  writeFileSync(join(packages, 'one.py'), 'version = 1');
  expect((await runAttempt(executor, order)).log).toBe('1\n');
  // As an installer does: a new file in the place of the old one.
  mkdirSync(join(packages, 'one'));
  writeFileSync(join(packages, 'one', '__init__.py'), 'version = 2');
  expect((await runAttempt(executor, order)).log).toBe('2\n');
  expect(statistics(executor).ended).toEqual({ changed: 1 });
  await runAttempt(executor, order);
  await expect
    .poll(
      async () => {
        await runAttempt(executor, order);
        return statistics(executor).ended.worn;
      },
      { timeout: 20_000 },
    )
    .toBe(1);
  expect(statistics(executor).cold).toEqual({});
});

test('a zygote that nobody asks for ends, one at work stays, and nothing of them is left', async () => {
  const stateFolder = temporaryFolder();
  const executor = makeExecutor({ stateFolder, zygote: 'on', zygoteOptions: { keepAliveMs: 200, maxZygotes: 1 } });
  const working = startAttempt(
    executor,
    scriptOrder({ 'train.py': 'print("up", flush=True); import time; time.sleep(600)' }),
  );
  await working.printed('up');
  await runAttempt(executor, scriptOrder({ 'train.py': 'print("other")' }));
  expect(statistics(executor)).toMatchObject({ alive: 1, cold: { 'no-room': 1 }, ended: {} });
  await working.execution.kill();
  await expect.poll(() => statistics(executor)).toMatchObject({ alive: 0, ended: { idle: 1 } });
  await expect.poll(zygotePids).toEqual([]);
  const [label = ''] = readdirSync(join(stateFolder, 'zygotes'));
  await expect.poll(() => readdirSync(join(stateFolder, 'zygotes', label))).toEqual([]);
});

test('what a program writes counts once, while it runs and after', async () => {
  const program = `
import os
with open('/opt/ml/checkpoints/big', 'wb') as file: os.posix_fallocate(file.fileno(), 0, 600 << 20)
print('filled', flush=True)`;
  const { result } = await runAttempt(
    makeExecutor({ zygote: 'on', diskCheckEveryMs: 20 }),
    scriptOrder({ 'train.py': program }, { volumeSizeGib: 1 }),
  );
  expect(result.outcome).toEqual({ kind: 'Succeeded' });
});

test('the environment that stands in for an image is the one of each job', async () => {
  const environment = join(temporaryFolder(), 'environment');
  execFileSync(PYTHON, ['-m', 'venv', '--without-pip', environment]);
  const executor = makeExecutor({
    zygote: 'on',
    images: {
      choice: () => undefined,
      builtin: () => undefined,
      environment: async () => ({ python: join(environment, 'bin', 'python') }),
    },
  });
  const source = temporaryFolder();
  writeFileSync(join(source, 'train.py'), 'import sys; print(sys.prefix, sys.executable)');
  const image: Algorithm['kind'] = {
    case: 'image',
    value: { $typeName: 'fleetune.agent.v1.ImageAlgorithm', image: 'mine', entrypoint: [], arguments: [] },
  };
  const order = makeOrder(image, {
    hyperparameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: pathToFileURL(source).href },
  });
  for (let job = 0; job < 2; job++) {
    expect((await runAttempt(executor, order)).log).toBe('/opt/ml/python /opt/ml/python/bin/python\n');
  }
  expect(statistics(executor)).toMatchObject({ forks: 2, started: 1 });
});

test('closing ends every zygote and what it runs', async () => {
  const executor = makeExecutor({ zygote: 'on' });
  const running = startAttempt(
    executor,
    scriptOrder({ 'train.py': 'print("up", flush=True); import time; time.sleep(600)' }),
  );
  await running.printed('up');
  await executor.close?.();
  expect(zygotePids()).toEqual([]);
  expect((await running.execution.result).outcome.kind).toBe('InternalError');
  expect(await logText(running.execution)).toBe('up\n');
});

test('many jobs leave no descriptors, folders or processes behind', async () => {
  const stateFolder = temporaryFolder();
  const executor = makeExecutor({ stateFolder, zygote: 'on' });
  const order = scriptOrder({
    'train.py':
      'import os\nfor _ in range(20):\n  if os.fork() == 0: os.setsid(); os.execlp("sleep", "sleep", "600")\nprint("left")',
  });
  await runAttempt(executor, order);
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (let job = 0; job < 10; job++) expect((await runAttempt(executor, order)).log).toBe('left\n');
  expect(descriptors()).toBeLessThanOrEqual(before);
  const ours = ownTagged().filter((tag) => tag.startsWith('job-1.'));
  expect(ours).toEqual([]);
  const [label = ''] = readdirSync(join(stateFolder, 'attempts'));
  expect(readdirSync(join(stateFolder, 'attempts', label))).toEqual([]);
});

test('zygotes that are asked for by name need a sandbox', () => {
  expect(() => makeExecutor({ sandbox: 'none', zygote: 'on' })).toThrow('no sandbox');
  expect(makeExecutor({ sandbox: 'none', zygote: 'auto' }).zygoteStatistics?.()).toBeUndefined();
});
