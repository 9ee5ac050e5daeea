import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extractTarGz, openObjectStores } from '@fleetune/artifacts';
import { expect, test } from 'vitest';
import { makeExecutor, makeOrder, python, startAttempt, temporaryFolder } from '../execution.fixture.js';

/** Leaves a model that says which attempt made it. */
const model = (text: string) =>
  python(`import os; open(os.environ['SM_MODEL_DIR'] + '/weights', 'w').write('${text}'); print('trained')`);

async function storedModel(output: string): Promise<string> {
  const unpacked = temporaryFolder();
  const uri = pathToFileURL(join(output, 'digits-001/output/model.tar.gz')).href;
  await extractTarGz(await openObjectStores().get(uri), unpacked, 'model');
  return readFileSync(join(unpacked, 'weights'), 'utf8');
}

test('what an attempt stores that was given away meanwhile replaces nothing', async () => {
  const output = temporaryFolder();
  const outputUri = pathToFileURL(output).href;
  const executor = makeExecutor();
  let answerOld: (isHeld: boolean) => void = () => undefined;
  let asked: () => void = () => undefined;
  const oldAsks = new Promise<void>((done) => {
    asked = done;
  });
  // The old agent stands still when all but the end of its upload is done.
  const old = startAttempt(executor, makeOrder(model('old'), { outputUri }), {
    confirmLease: () => {
      asked();
      return new Promise((answer) => {
        answerOld = answer;
      });
    },
  });
  await oldAsks;
  const newer = startAttempt(executor, makeOrder(model('newer'), { outputUri }));
  expect((await newer.execution.result).outcome).toEqual({ kind: 'Succeeded' });

  answerOld(false);
  const late = await old.execution.result;
  expect(late.outcome).toMatchObject({ kind: 'Lost' });
  expect(late.modelArtifactUri).toBeUndefined();
  expect(await storedModel(output)).toBe('newer');
  expect(readdirSync(join(output, 'digits-001/output'))).toEqual(['model.tar.gz']);
  await Promise.all([old.execution.dispose(), newer.execution.dispose()]);
});

test('files that are stored one by one wait for the lease as well', async () => {
  const output = temporaryFolder();
  mkdirSync(join(output, 'digits-001'));
  writeFileSync(join(output, 'digits-001', 'kept'), '');
  const order = makeOrder(model('old'), { outputUri: pathToFileURL(output).href, outputCompression: 'NONE' });
  const { execution } = startAttempt(makeExecutor(), order, { confirmLease: async () => false });
  expect((await execution.result).outcome).toMatchObject({ kind: 'Lost' });
  expect(readdirSync(join(output, 'digits-001'))).toEqual(['kept']);
  await execution.dispose();
});
