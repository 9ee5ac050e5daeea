import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  command,
  makeExecutor,
  makeOrder,
  python,
  runAttempt,
  startAttempt,
  temporaryFolder,
} from '../execution.fixture.js';
import { OutputPipes } from './output-pipes.js';

const BY_NAME = `
with open('/dev/stdout', 'w') as out: out.write('from stdout\\n')
with open('/dev/stderr', 'w') as err: err.write('from stderr\\n')`;

describe.each(['bubblewrap', 'namespaces', 'none'] as const)('sandbox %s', (sandbox) => {
  test('lets programs open their output by name', async () => {
    const executor = makeExecutor({ sandbox });
    const shell = 'echo one > /dev/stdout; echo two > /dev/stderr; echo three | tee /dev/stderr';
    expect(await runAttempt(executor, makeOrder(command('sh', '-c', shell)))).toMatchObject({
      result: { outcome: { kind: 'Succeeded' } },
      log: 'one\ntwo\nthree\nthree\n',
    });
    expect(await runAttempt(executor, makeOrder(python(BY_NAME)))).toMatchObject({
      result: { outcome: { kind: 'Succeeded' } },
      log: 'from stdout\nfrom stderr\n',
    });
  });
});

test('more programs than there are ready pipes each print to their own', async () => {
  const stateFolder = temporaryFolder();
  const executor = makeExecutor({ sandbox: 'none', stateFolder });
  const started = Array.from({ length: 20 }, (_, index) =>
    startAttempt(executor, makeOrder(command('echo', `program ${index}`))),
  );
  await Promise.all(started.map(({ printed }, index) => printed(`program ${index}\n`)));
  await Promise.all(started.map(({ execution }) => execution.result.then(() => execution.dispose())));
  for (const { execution } of started) expect(execution.log.length).toBeLessThan(12);
});

test('where FIFOs cannot be made there are none', () => {
  const folder = join(temporaryFolder(), 'pipes');
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    expect(new OutputPipes(folder).take()).toBeUndefined();
  } finally {
    process.env.PATH = path;
  }
  expect(readdirSync(folder)).toEqual([]);
});
