import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extractTarGz, openObjectStores } from '@fleetune/artifacts';
import type { Algorithm } from '@fleetune/protocol';
import { describe, expect, test } from 'vitest';
import {
  channel,
  command,
  logText,
  makeExecutor,
  makeOrder,
  metric,
  python,
  runAttempt,
  startAttempt,
  temporaryFolder,
} from './execution.fixture.js';
import { allPids, environmentOf, processIdentity } from './process-tree/proc.js';

const RUNTIMES = [
  { sandbox: 'bubblewrap', zygote: 'off' },
  { sandbox: 'namespaces', zygote: 'off' },
  { sandbox: 'none', zygote: 'off' },
  { sandbox: 'bubblewrap', zygote: 'on' },
  { sandbox: 'namespaces', zygote: 'on' },
] as const;
const LOSS = metric('loss', 'loss=([0-9.]+|nan|inf)');

/** Processes that still carry an attempt's tag. */
function survivors(fence: number): number[] {
  return allPids().filter(
    (pid) => environmentOf(pid).get('FLEETUNE_ATTEMPT') === `job-1.${fence}` && processIdentity(pid) !== undefined,
  );
}

/** Forks twice, with a new session each time, and prints when the grandchild is up. */
const ESCAPER = `
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        print('escaped', flush=True)
        time.sleep(600)
    os._exit(0)
os.wait()
`;

describe.each(RUNTIMES)('sandbox $sandbox, zygote $zygote', ({ sandbox, zygote }) => {
  const root = (folder: string) =>
    sandbox === 'none' ? `os.environ['SM_MODEL_DIR'].replace('model', '${folder}')` : `'/opt/ml/${folder}'`;

  test('runs a script from its source to its model, through every phase', async () => {
    const source = temporaryFolder();
    writeFileSync(
      join(source, 'train.py'),
      [
        'import argparse, json, os',
        'parser = argparse.ArgumentParser()',
        "parser.add_argument('--rate', type=float)",
        'rate = parser.parse_args().rate',
        "config = os.environ['SM_INPUT_CONFIG_DIR']",
        "assert json.load(open(config + '/hyperparameters.json'))['_tuning_objective_metric'] == 'loss'",
        "print('data', open(os.environ['SM_CHANNEL_TRAIN'] + '/a.csv').read())",
        "open(os.environ['SM_MODEL_DIR'] + '/weights', 'w').write(str(rate))",
        "print('loss=0.5'); print(f'loss={rate}')",
      ].join('\n'),
    );
    const data = temporaryFolder();
    writeFileSync(join(data, 'a.csv'), '1,2,3');
    const output = temporaryFolder();
    const order = makeOrder(
      {
        case: 'script',
        value: {
          $typeName: 'fleetune.agent.v1.ScriptAlgorithm',
          sourceUri: pathToFileURL(source).href,
          entryPoint: 'train.py',
        },
      },
      {
        hyperparameters: { rate: '0.25', _tuning_objective_metric: 'loss' },
        channels: [channel('train', pathToFileURL(data).href)],
        outputUri: pathToFileURL(output).href,
        metricDefinitions: [LOSS],
        objectiveMetricName: 'loss',
      },
    );
    const { result, log, observer } = await runAttempt(makeExecutor({ sandbox, zygote }), order);
    expect(log).toContain('data 1,2,3');
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(result.finalMetrics).toMatchObject([{ name: 'loss', value: 0.25 }]);
    expect(observer.points.map(({ value, step }) => [value, step])).toEqual([
      [0.5, 0],
      [0.25, 1],
    ]);
    expect(observer.phases).toEqual(['Starting', 'Downloading', 'Training', 'Uploading']);
    expect(result.modelArtifactUri).toBe(pathToFileURL(join(output, 'digits-001/output/model.tar.gz')).href);
    const unpacked = temporaryFolder();
    await extractTarGz(await openObjectStores().get(result.modelArtifactUri ?? ''), unpacked, 'model');
    expect(readFileSync(join(unpacked, 'weights'), 'utf8')).toBe('0.25');
    expect(readdirSync(join(output, 'digits-001/output'))).toEqual(['model.tar.gz']);
    expect(result.startupMs).toBeGreaterThan(0);
  });

  test('explains a failure by the failure file, else by the last lines', async () => {
    const executor = makeExecutor({ sandbox, zygote });
    const silent = await runAttempt(executor, makeOrder(python("print('boom'); exit(1)")));
    expect(silent.result.outcome).toEqual({
      kind: 'AlgorithmError',
      exitCode: 1,
      reason: 'The program ended with exit code 1. Last lines: boom',
    });
    const told = await runAttempt(
      executor,
      makeOrder(python(`import os; open(${root('output')} + '/failure', 'w').write('no rows' + 'x' * 5000); exit(3)`)),
    );
    expect(told.result.outcome).toMatchObject({ kind: 'AlgorithmError', exitCode: 3 });
    const reason = told.result.outcome.kind === 'AlgorithmError' ? told.result.outcome.reason : '';
    expect(reason).toContain('exit code 3. no rows');
    expect(reason.length).toBeLessThan(1100);
  });

  test('fails a job whose objective never appeared, or is not a number', async () => {
    const executor = makeExecutor({ sandbox, zygote });
    const overrides = { metricDefinitions: [LOSS], objectiveMetricName: 'loss' };
    const none = await runAttempt(executor, makeOrder(python("print('hello')"), overrides));
    expect(none.result.outcome).toMatchObject({ kind: 'AlgorithmError', exitCode: 0 });
    expect(JSON.stringify(none.result.outcome)).toContain('never matched the objective metric');
    const nan = await runAttempt(executor, makeOrder(python("print('loss=nan')"), overrides));
    expect(nan.observer.points.map(({ value }) => value)).toEqual([Number.NaN]);
    expect(JSON.stringify(nan.result.outcome)).toContain('ended as NaN');
  });

  test('keeps the end of a flood of output, and says where it begins', async () => {
    const capacity = 1024 * 1024;
    const { execution, observer } = startAttempt(
      makeExecutor({ sandbox, zygote, keptLogBytes: capacity }),
      makeOrder(
        python("import sys\nfor i in range(64): sys.stdout.buffer.write(b'x' * 1048575 + b'\\n')\nprint('loss=1.5')"),
        { metricDefinitions: [LOSS] },
      ),
    );
    const result = await execution.result;
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(execution.log.length).toBe(64 * 1024 * 1024 + 9);
    const first = await execution.log.read(0, 10);
    expect(first.offset).toBeGreaterThan(execution.log.length - 2 * capacity);
    expect((await logText(execution)).endsWith('loss=1.5\n')).toBe(true);
    expect(observer.points.map(({ value }) => value)).toEqual([1.5]);
    await execution.dispose();
  });

  test('stops a program that obeys, and stores what it saved', async () => {
    const output = temporaryFolder();
    const program = `
import os, signal, sys, time
def save(*_):
    open(${root('model')} + '/weights', 'w').write('late')
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print('ready', flush=True)
time.sleep(600)`;
    const attempt = startAttempt(
      makeExecutor({ sandbox, zygote }),
      makeOrder(python(program), { outputUri: pathToFileURL(output).href }),
    );
    await attempt.printed('ready');
    attempt.execution.stop('UserRequested');
    const result = await attempt.execution.result;
    expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'UserRequested' });
    expect(result.modelArtifactUri).toContain('model.tar.gz');
  });

  test('kills a program that ignores SIGTERM, after the grace period and at the runtime limit', async () => {
    const stubborn = `
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('ready', flush=True)
time.sleep(600)`;
    const { execution } = startAttempt(
      makeExecutor({ sandbox, zygote, stopGraceMs: 200 }),
      makeOrder(python(stubborn), { maxRuntimeSeconds: 1 }),
    );
    const result = await execution.result;
    expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'MaxRuntimeExceeded' });
    const ranMs = (result.trainingEndMs ?? 0) - (result.trainingStartMs ?? 0);
    expect(ranMs).toBeGreaterThan(1_100);
    expect(ranMs).toBeLessThan(5_000);
    expect(survivors(result.key.fence)).toEqual([]);
  });

  test('takes every escaped grandchild with it, when killed and when the program ends', async () => {
    const executor = makeExecutor({ sandbox, zygote });
    const attempt = startAttempt(executor, makeOrder(python(`${ESCAPER}\ntime.sleep(600)`)));
    await attempt.printed('escaped');
    expect(survivors(attempt.execution.key.fence).length).toBeGreaterThan(1);
    await attempt.execution.kill();
    expect(survivors(attempt.execution.key.fence)).toEqual([]);
    expect((await attempt.execution.result).outcome.kind).toBe('Lost');

    const ended = await runAttempt(executor, makeOrder(python(ESCAPER)));
    expect(ended.result.outcome).toEqual({ kind: 'Succeeded' });
    expect(survivors(ended.result.key.fence)).toEqual([]);
  });

  // Without a sandbox there is nothing around the program that a signal to its group could end.
  if (sandbox !== 'none') {
    test('is not ended by a program that ends its own group', async () => {
      const executor = makeExecutor({ sandbox, zygote });
      const script = "trap 'exit 3' TERM; sleep 600 & kill -TERM 0; wait";
      const { result } = await runAttempt(executor, makeOrder(command('/bin/sh', '-c', script)));
      expect(result.outcome).toMatchObject({ kind: 'AlgorithmError', exitCode: 3 });
      expect(survivors(result.key.fence)).toEqual([]);
    });
  }

  test('fails a program that uses more disk than it has', async () => {
    const program = `
import os, time
with open(${root('checkpoints')} + '/big', 'wb') as file:
    os.posix_fallocate(file.fileno(), 0, 1200 * 1024 * 1024)
print('filled', flush=True)
time.sleep(600)`;
    const { result } = await runAttempt(
      makeExecutor({ sandbox, zygote, diskCheckEveryMs: 50 }),
      makeOrder(python(program), { volumeSizeGib: 1 }),
    );
    expect(result.outcome).toMatchObject({ kind: 'AlgorithmError' });
    expect(JSON.stringify(result.outcome)).toContain('used more than 1 GiB');
  });

  test('copes with output that is closed, cut, endless or not UTF-8', async () => {
    const executor = makeExecutor({ sandbox, zygote });
    const scraped = { metricDefinitions: [LOSS], objectiveMetricName: 'loss' };
    const closed = "import os; print('loss=1', flush=True); os.close(1); os.close(2)";
    const partial = "import sys; sys.stdout.write('loss=2')";
    const endless = "import sys; sys.stdout.write('x' * 10_000_000 + ' loss=9\\nloss=3\\n')";
    const binary = "import sys; sys.stdout.buffer.write(b'\\xff\\xfe loss=4 \\x80\\n')";
    for (const [program, value] of [
      [closed, 1],
      [partial, 2],
      [endless, 3],
      [binary, 4],
    ] as const) {
      const { result } = await runAttempt(executor, makeOrder(python(program), scraped));
      expect(result).toMatchObject({ outcome: { kind: 'Succeeded' }, finalMetrics: [{ value }] });
    }
  });

  test('refuses what the job describes wrongly, by name', async () => {
    const executor = makeExecutor({ sandbox, zygote });
    const missing = pathToFileURL(join(temporaryFolder(), 'nowhere')).href;
    const empty = pathToFileURL(temporaryFolder()).href;
    const source = temporaryFolder();
    writeFileSync(join(source, 'other.py'), '');
    const script = {
      case: 'script',
      value: {
        $typeName: 'fleetune.agent.v1.ScriptAlgorithm',
        sourceUri: pathToFileURL(source).href,
        entryPoint: 'train.py',
      },
    } as const;
    const image: Algorithm['kind'] = {
      case: 'image',
      value: { $typeName: 'fleetune.agent.v1.ImageAlgorithm', image: 'xgboost:1.7', entrypoint: [], arguments: [] },
    };
    const fine = python('pass');
    for (const [order, names] of [
      [makeOrder(fine, { channels: [channel('train', missing)] }), ['"train"', missing]],
      [makeOrder(fine, { channels: [channel('train', empty)] }), ['"train"', empty]],
      [makeOrder(fine, { channels: [channel('..', empty)] }), ['".."']],
      [makeOrder(script), ['"train.py"']],
      [makeOrder(image), ['xgboost:1.7', 'no container engine']],
      [makeOrder(fine, { metricDefinitions: [metric('loss', 'loss=(')] }), ['"loss"', 'loss=(']],
      [makeOrder(fine, { environment: { TOO_LONG: 'x'.repeat(3_000_000) } }), ['longer than a program can take']],
    ] as const) {
      const { result } = await runAttempt(executor, order);
      expect(result.outcome.kind).toBe('ClientError');
      for (const name of names) expect(JSON.stringify(result.outcome)).toContain(JSON.stringify(name).slice(1, -1));
    }
  });

  test('gives the program its own variables and none of the agent’s', async () => {
    process.env.FLEETUNE_TEST_SECRET = 'hunter2';
    const { log } = await runAttempt(
      makeExecutor({ sandbox, zygote }),
      makeOrder(command('env'), {
        environment: { MINE: 'yes', PATH: '/nowhere:/usr/bin:/bin' },
        hyperparameters: { 'learning-rate': '0.10', name: '"adam"', flag: 'true' },
      }),
    );
    delete process.env.FLEETUNE_TEST_SECRET;
    const lines = log.split('\n');
    expect(log).not.toContain('hunter2');
    expect(lines).toContain('MINE=yes');
    expect(lines).toContain('PATH=/nowhere:/usr/bin:/bin');
    expect(lines).toContain('SM_HP_LEARNING_RATE=0.10');
    expect(lines).toContain('SM_HPS={"flag":true,"learning-rate":0.10,"name":"adam"}');
    expect(lines).toContain('SM_USER_ARGS=["--flag","True","--learning-rate","0.10","--name","adam"]');
  });

  test('stops during the download, and before the program is up', async () => {
    const waiting = makeExecutor({ sandbox, zygote, resolveBuiltin: () => new Promise(() => undefined) });
    const builtin = {
      case: 'builtin',
      value: { $typeName: 'fleetune.agent.v1.BuiltinAlgorithm', name: 'xgboost', version: '' },
    } as const;
    const download = startAttempt(waiting, makeOrder(builtin));
    download.execution.stop('EarlyStopped');
    expect((await download.execution.result).outcome).toEqual({ kind: 'Stopped', stopReason: 'EarlyStopped' });

    // At every moment of the start: the launcher, the mounts, the program's own first instructions.
    const executor = makeExecutor({ sandbox, zygote });
    for (let waitMs = 0; waitMs < 20; waitMs++) {
      const starting = startAttempt(executor, makeOrder(command('sleep', '600')));
      while (!starting.observer.phases.includes('Training')) await new Promise((turn) => setImmediate(turn));
      const until = performance.now() + waitMs;
      while (performance.now() < until) await new Promise((turn) => setImmediate(turn));
      starting.execution.stop('EarlyStopped');
      expect((await starting.execution.result).outcome).toEqual({ kind: 'Stopped', stopReason: 'EarlyStopped' });
    }
  });

  test('removes the folder of a disposed attempt, whatever the program left in it', async () => {
    const stateFolder = temporaryFolder();
    await runAttempt(
      makeExecutor({ sandbox, zygote, stateFolder }),
      makeOrder(
        python(
          `import os; os.makedirs(${root('model')} + '/a/b'); os.mkfifo(${root('model')} + '/a/pipe'); os.chmod(${root('model')} + '/a', 0)`,
        ),
      ),
    );
    const [label = ''] = readdirSync(join(stateFolder, 'attempts'));
    expect(readdirSync(join(stateFolder, 'attempts', label))).toEqual([]);
  });

  test('does not follow links that the program puts in place of its folders', async () => {
    const secret = temporaryFolder();
    writeFileSync(join(secret, 'key'), 'secret');
    const output = temporaryFolder();
    const { result } = await runAttempt(
      makeExecutor({ sandbox, zygote }),
      makeOrder(
        python(
          `import os; m = ${root('model')}; os.rmdir(m); os.symlink('${secret}', m); os.symlink('${secret}/key', ${root('output')} + '/failure')`,
        ),
        { outputUri: pathToFileURL(output).href },
      ),
    );
    expect(result).toMatchObject({ outcome: { kind: 'Succeeded' } });
    expect(result.modelArtifactUri).toBeUndefined();
    expect(readdirSync(output)).toEqual([]);
  });
});

test('the no-op algorithm runs in the agent itself', async () => {
  const stateFolder = temporaryFolder();
  const { result, observer } = await runAttempt(
    makeExecutor({ stateFolder }),
    makeOrder(
      { case: 'builtin', value: { $typeName: 'fleetune.agent.v1.BuiltinAlgorithm', name: 'no-op', version: '' } },
      { hyperparameters: { x: '3', y: '4', kind: 'red' }, objectiveMetricName: 'loss' },
    ),
  );
  expect(result).toMatchObject({ outcome: { kind: 'Succeeded' }, finalMetrics: [{ name: 'loss', value: 25 }] });
  expect(observer.points).toHaveLength(1);
});
