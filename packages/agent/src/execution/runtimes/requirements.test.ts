import { execFileSync } from 'node:child_process';
import { createWriteStream, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createTarGz } from '@fleetune/artifacts';
import { expect, test } from 'vitest';
import { makeExecutor, makeOrder, PYTHON, runAttempt, temporaryFolder } from '../execution.fixture.js';

function scriptSource(files: Readonly<Record<string, string>>) {
  const source = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  return { source, order: scriptOrder(pathToFileURL(source).href) };
}

function scriptOrder(sourceUri: string) {
  const value = { $typeName: 'fleetune.agent.v1.ScriptAlgorithm', sourceUri, entryPoint: 'train.py' } as const;
  return makeOrder({ case: 'script', value });
}

test('a script runs in the environment of its requirements.txt, behind the walls', async () => {
  const data = temporaryFolder();
  const environments = join(data, 'environments');
  const executor = makeExecutor({
    prepareEnvironment: async ({ requirementsFile }) => {
      const wanted = readFileSync(requirementsFile, 'utf8').trim();
      if (wanted === 'absent') throw new Error('No matching distribution found for absent');
      execFileSync(PYTHON, ['-m', 'venv', '--without-pip', join(environments, wanted)]);
      return { python: join(environments, wanted, 'bin', 'python') };
    },
    hiddenPaths: [data],
    exposedPaths: [environments],
  });
  const program = 'import sys; print("prefix", sys.prefix)';
  const { order } = scriptSource({ 'train.py': program, 'requirements.txt': 'numpy\n' });
  const { result, log } = await runAttempt(executor, order);
  expect(result.outcome).toEqual({ kind: 'Succeeded' });
  expect(log).toBe(`prefix ${join(environments, 'numpy')}\n`);

  const refused = await runAttempt(executor, scriptSource({ 'train.py': '', 'requirements.txt': 'absent' }).order);
  expect(refused.result.outcome).toEqual({
    kind: 'ClientError',
    reason: 'The requirements.txt of the source cannot be installed: No matching distribution found for absent',
  });
});

test('a script without a requirements file of its own runs on the interpreter as it is', async () => {
  const executor = makeExecutor({ prepareEnvironment: async () => Promise.reject(new Error('must not be asked')) });
  const plain = scriptSource({ 'train.py': 'print("ran")' });
  expect((await runAttempt(executor, plain.order)).log).toBe('ran\n');

  // Only an archive can bring a link that nobody has resolved.
  symlinkSync('plain.txt', join(plain.source, 'requirements.txt'));
  writeFileSync(join(plain.source, 'plain.txt'), 'numpy\n');
  const archive = join(temporaryFolder(), 'source.tar.gz');
  await pipeline(await createTarGz(plain.source), createWriteStream(archive));
  const linked = scriptOrder(pathToFileURL(archive).href);
  expect((await runAttempt(executor, linked)).log).toBe('ran\n');
});
