import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createTarGz, openObjectStores } from '@fleetune/artifacts';
import { describe, expect, test } from 'vitest';
import { channel, makeExecutor, makeOrder, PYTHON, python, runAttempt, temporaryFolder } from '../execution.fixture.js';

describe.each(['bubblewrap', 'namespaces', 'none'] as const)('inputs in sandbox %s', (sandbox) => {
  test('decompresses a Gzip channel', async () => {
    const data = temporaryFolder();
    writeFileSync(join(data, 'a.csv.gz'), gzipSync('4,5,6'));
    const { log } = await runAttempt(
      makeExecutor({ sandbox }),
      makeOrder(python("import os; print(open(os.environ['SM_CHANNEL_TRAIN'] + '/a.csv').read())"), {
        channels: [channel('train', pathToFileURL(data).href, 'Gzip')],
      }),
    );
    expect(log).toBe('4,5,6\n');
  });

  test('shows large local data where it lies, and small data as a copy to change', async () => {
    const large = temporaryFolder();
    writeFileSync(join(large, 'big'), Buffer.alloc(17 * 1024 * 1024, 1));
    const single = join(temporaryFolder(), 'one.bin');
    writeFileSync(single, Buffer.alloc(17 * 1024 * 1024, 1));
    const small = temporaryFolder();
    writeFileSync(join(small, 'run.sh'), 'echo original');
    const program = `
import os
large, single, small = (os.environ['SM_CHANNEL_' + name] for name in ('LARGE', 'SINGLE', 'SMALL'))
print(os.path.getsize(large + '/big'), os.path.getsize(single + '/one.bin'))
os.chmod(small + '/run.sh', 0o755)
open(small + '/run.sh', 'w').write('changed')
try:
    open(large + '/added', 'w')
except OSError as error:
    print(error.strerror)`;
    const { log } = await runAttempt(
      makeExecutor({ sandbox }),
      makeOrder(python(program), {
        channels: [
          channel('large', pathToFileURL(large).href),
          channel('single', pathToFileURL(single).href),
          channel('small', pathToFileURL(small).href),
        ],
      }),
    );
    expect(log).toContain('17825792 17825792');
    if (sandbox !== 'none') expect(log).toContain('Read-only file system');
    expect(readFileSync(join(small, 'run.sh'), 'utf8')).toBe('echo original');
    expect(readdirSync(large)).toEqual(['big']);
  });
});

test('a source archive is unpacked, and its requirements decide the Python', async () => {
  const source = temporaryFolder();
  writeFileSync(join(source, 'requirements.txt'), 'numpy');
  mkdirSync(join(source, 'pkg'));
  writeFileSync(join(source, 'pkg/train.py'), "print('unpacked')");
  const archiveUri = pathToFileURL(join(temporaryFolder(), 'source.tar.gz')).href;
  await openObjectStores().put(archiveUri, await createTarGz(source));
  const asked: string[] = [];
  const executor = makeExecutor({
    prepareEnvironment: async ({ requirementsFile }) => {
      asked.push(readFileSync(requirementsFile, 'utf8'));
      return { python: PYTHON };
    },
  });
  const { log } = await runAttempt(
    executor,
    makeOrder({
      case: 'script',
      value: { $typeName: 'fleetune.agent.v1.ScriptAlgorithm', sourceUri: archiveUri, entryPoint: 'pkg/train.py' },
    }),
  );
  expect(log).toBe('unpacked\n');
  expect(asked).toEqual(['numpy']);
});
