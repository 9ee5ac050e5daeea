import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Algorithm } from '@fleetune/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channel, makeExecutor, makeOrder, PYTHON, runAttempt, temporaryFolder } from '../execution.fixture.js';
import type { AttemptExecutorOptions, ImageCatalogue } from '../executor-options.js';

/** A folder with files, by their paths inside it. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A wheel of one module, made by hand: installing it needs no package index and no build tools. */
const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/extra-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("extra.py", "greeting = 'installed by the job'\\n")
    wheel.writestr("extra-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: extra\\nVersion: 1.0\\n")
    wheel.writestr("extra-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("extra-1.0.dist-info/RECORD", "")
`;

/** The shared environment that stands in for the image `known`: pip, and a module of its own. */
const environment = mkdtempSync(join(tmpdir(), 'fleetune-shared-python-'));
const shared = join(environment, 'bin', 'python');

beforeAll(() => {
  execFileSync(PYTHON, ['-m', 'venv', environment]);
  const paths = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const packages = execFileSync(shared, ['-c', paths], { encoding: 'utf8' }).trim();
  writeFileSync(join(packages, 'framework.py'), 'version = "1.2"\n');
});
afterAll(() => rmSync(environment, { recursive: true, force: true }));

function executorOf(options: Partial<AttemptExecutorOptions> = {}) {
  const images: ImageCatalogue = {
    choice: (image) => (image === 'known' ? 'environment' : undefined),
    builtin: (image) => (image === 'xgboost:1' ? { name: 'xgboost', version: '1.7-1' } : undefined),
    environment: async (image) => {
      if (image !== 'known') throw new Error(`nothing stands in for ${image}`);
      return { python: shared };
    },
  };
  return makeExecutor({ images, ...options });
}

function image(name: string, entrypoint: string[] = [], args: string[] = []): Algorithm['kind'] {
  return {
    case: 'image',
    value: { $typeName: 'fleetune.agent.v1.ImageAlgorithm', image: name, entrypoint, arguments: args },
  };
}

const scriptMode = (source: string, program: string) => ({
  sagemaker_program: JSON.stringify(program),
  sagemaker_submit_directory: JSON.stringify(pathToFileURL(source).href),
});

describe.each(['bubblewrap', 'namespaces'] as const)('an image in sandbox %s', (sandbox) => {
  test('runs its command in /opt/ml, where it finds the stand-in and may install more', {
    timeout: 60_000,
  }, async () => {
    const wheels = folderOf({});
    execFileSync(PYTHON, ['-c', MAKE_WHEEL, wheels]);
    const script = [
      'chmod +x /opt/ml/input/data/code/report.sh && /opt/ml/input/data/code/report.sh',
      'pip3 install --no-index --quiet /opt/ml/input/data/code/extra-1.0-py3-none-any.whl',
      'python3 -c "import extra, framework, sys; print(extra.greeting, framework.version, sys.prefix)"',
      'command -v python',
      'echo "$0 $1"',
    ].join(' && ');
    writeFileSync(join(wheels, 'report.sh'), '#!/bin/sh\necho reported > /opt/ml/output/data/report\n');
    const order = makeOrder(image('known', ['/bin/bash'], ['-c', script, 'first', 'a b']), {
      channels: [channel('code', pathToFileURL(wheels).href)],
    });
    const { result, log } = await runAttempt(executorOf({ sandbox }), order);
    expect(log).toBe('installed by the job 1.2 /opt/ml/python\n/opt/ml/python/bin/python\nfirst a b\n');
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(() => execFileSync(shared, ['-c', 'import extra'], { stdio: 'ignore' })).toThrow();
  });

  test('runs the script that the hyperparameters name, by the toolkit’s rules', async () => {
    const executor = executorOf({ sandbox });
    const source = folderOf({
      'train.py': 'import framework, sys; print(framework.version, sys.argv[1:])',
      'deep/nested.py': 'import beside; print(beside.place)',
      'beside.py': 'place = "at the root of the source"',
      'run.sh': 'echo "$SM_USER_ENTRY_POINT" "$@"',
    });
    const log = async (program: string, more: Record<string, string> = {}) => {
      const hyperparameters = { ...scriptMode(source, program), ...more };
      return (await runAttempt(executor, makeOrder(image('known'), { hyperparameters }))).log;
    };
    expect(await log('train.py', { rate: '0.10', n: '[1, "a"]', deep: 'true' })).toBe(
      `1.2 ['--deep', 'True', '-n', "[1, 'a']", '--rate', '0.10']\n`,
    );
    expect(await log('deep/nested.py')).toBe('at the root of the source\n');
    expect(await log('run.sh', { note: 'a b & c' })).toBe('run.sh --note a b & c\n');
  });
});

test('a source with a setup.py is installed, and its module run', async () => {
  // Stands for setuptools, which comes from a package index: a backend inside the source.
  const backend = `
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "trainer-1.0-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("trainer_settings.py", "kind = 'installed'\\n")
        wheel.writestr("trainer-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: trainer\\nVersion: 1.0\\n")
        wheel.writestr("trainer-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("trainer-1.0.dist-info/RECORD", "")
    return name
`;
  const source = folderOf({
    'setup.py': '',
    'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    'backend.py': backend,
    'models/train.py':
      'import sys, trainer_settings; print(trainer_settings.kind, __name__, __package__, sys.argv[1:])',
  });
  const hyperparameters = { ...scriptMode(source, 'models/train.py'), epochs: '3' };
  const { log } = await runAttempt(executorOf(), makeOrder(image('known'), { hyperparameters }));
  expect(log).toBe("installed __main__ models ['--epochs', '3']\n");
});

test('a submit directory inside a channel is the channel’s own place', async () => {
  const uploads = folderOf({ 'source/train.py': 'print("from the channel")' });
  const order = makeOrder(image('known'), {
    channels: [channel('code', pathToFileURL(uploads).href)],
    hyperparameters: {
      sagemaker_program: 'train.py',
      sagemaker_submit_directory: '/opt/ml/input/data/code/source',
    },
  });
  expect((await runAttempt(executorOf(), order)).log).toBe('from the channel\n');
});

test('an image that is a built-in algorithm runs it', async () => {
  const asked: unknown[] = [];
  const executor = executorOf({
    resolveBuiltin: async (...algorithm) => {
      asked.push(algorithm);
      return { command: ['echo', 'built in'], environment: {} };
    },
  });
  expect((await runAttempt(executor, makeOrder(image('xgboost:1')))).log).toBe('built in\n');
  expect(asked).toEqual([['xgboost', '1.7-1']]);
});

test('what nothing stands in for, or what says not what to run, is refused by name', async () => {
  const executor = executorOf();
  const program = { sagemaker_program: 'train.py' };
  const outside = { ...program, sagemaker_submit_directory: '/opt/ml/input/data/x/../y' };
  for (const [algorithm, hyperparameters, reason] of [
    [image('unknown', ['sh']), {}, 'nothing stands in for unknown'],
    [image('known'), {}, 'The image known has no program of its own here'],
    [image('xgboost:1', [], ['--fast']), {}, 'The image xgboost:1 has no program of its own here'],
    [image('known'), program, 'sagemaker_submit_directory is ""'],
    [image('known'), outside, 'sagemaker_submit_directory is "/opt/ml/input/data/x/../y"'],
  ] as const) {
    const { result } = await runAttempt(executor, makeOrder(algorithm, { hyperparameters }));
    expect(result.outcome).toMatchObject({ kind: 'ClientError', reason: expect.stringContaining(reason) });
  }
});

test('without a sandbox a failure over /opt/ml says why there is none', async () => {
  const order = makeOrder(image('known', ['cat'], ['/opt/ml/input/config/resourceconfig.json']));
  const { result } = await runAttempt(executorOf({ sandbox: 'none' }), order);
  expect(result.outcome).toMatchObject({
    kind: 'AlgorithmError',
    reason: expect.stringMatching(/without a sandbox.*bubblewrap.*SM_\*/),
  });
});
