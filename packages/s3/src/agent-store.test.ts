import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { ArtifactChangedError, ArtifactExistsError, CheckpointSync, openObjectStores } from '@fleetune/artifacts';
import { expect, onTestFinished, test } from 'vitest';
import { CREDENTIALS, serveS3 } from './fixtures/served-s3.fixture.js';

const MIB = 1024 * 1024;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-agent-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent on another machine: it reaches the server's objects over HTTP only. */
async function remoteAgent() {
  const s3 = await serveS3();
  onTestFinished(() => s3.close());
  await s3.client().send(new CreateBucketCommand({ Bucket: 'data' }));
  return { s3, store: openObjectStores({ s3: { kind: 'endpoint', endpoint: s3.endpoint, ...CREDENTIALS } }) };
}

test('an agent elsewhere uploads in parts and reads on from where it was', async () => {
  const { s3, store } = await remoteAgent();
  const bytes = randomBytes(40 * MIB);
  await store.put('s3://data/model', Readable.from([bytes.subarray(0, 7 * MIB), bytes.subarray(7 * MIB)]));
  expect(readFileSync(join(s3.root, 'data/model')).equals(bytes)).toBe(true);
  const facts = await store.facts('s3://data/model');
  expect(facts?.sizeBytes).toBe(bytes.length);
  const rest = await store.get('s3://data/model', { fromByte: 39 * MIB, ifVersion: facts?.version ?? '' });
  expect((await buffer(rest)).equals(bytes.subarray(39 * MIB))).toBe(true);
  await store.put('s3://data/model', Readable.from([Buffer.from('another')]));
  await expect(store.get('s3://data/model', { ifVersion: facts?.version ?? '' })).rejects.toThrow(ArtifactChangedError);
});

test('an agent elsewhere copies inside the store, and replaces nothing where that is asked for', async () => {
  const { store } = await remoteAgent();
  await store.put('s3://data/a b+c', Readable.from([Buffer.from('bytes')]));
  await store.copy('s3://data/a b+c', 's3://data/deep/copy');
  expect(await text(await store.get('s3://data/deep/copy'))).toBe('bytes');
  const again = store.put('s3://data/deep/copy', Readable.from([Buffer.from('x')]), { ifAbsent: true });
  await expect(again).rejects.toThrow(ArtifactExistsError);
  await store.delete('s3://data/deep/copy');
  expect(await store.exists('s3://data/deep/copy')).toBe(false);
});

test('checkpoints of an agent elsewhere lie where clients look for them', async () => {
  const { s3, store } = await remoteAgent();
  const folder = temporaryFolder();
  const owner = { trainingJobId: 'job-1', fence: 1 };
  const sync = new CheckpointSync({ store, prefixUri: 's3://data/checkpoints', folder, owner });
  mkdirSync(join(folder, 'epoch-1'));
  writeFileSync(join(folder, 'epoch-1/model.pt'), 'weights');
  expect(await sync.flush(60_000)).toBe('Flushed');
  expect(readFileSync(join(s3.root, 'data/checkpoints/epoch-1/model.pt'), 'utf8')).toBe('weights');
  const next = temporaryFolder();
  const restored = await new CheckpointSync({
    store,
    prefixUri: 's3://data/checkpoints',
    folder: next,
    owner: { ...owner, fence: 2 },
  }).restore(new AbortController().signal);
  expect(restored.from).toBe('manifest');
  expect(readFileSync(join(next, 'epoch-1/model.pt'), 'utf8')).toBe('weights');
});

test('a folder of objects is shown without being fetched', async (context) => {
  const { store } = await remoteAgent();
  for (let index = 0; index < 4; index += 1) {
    await store.put(`s3://data/train/part-${index}`, Readable.from([Buffer.alloc(8 * MIB, index)]));
  }
  await store.put('s3://data/train/deep/label.csv', Readable.from([Buffer.from('1,2,3')]));
  const folder = temporaryFolder();
  const view = await store.mount('s3://data/train', folder);
  if (view.kind === 'unavailable') return context.skip(`no lazy view here: ${view.because}`);
  try {
    // Never synchronously: the server that answers is this process.
    expect((await readdir(folder)).sort()).toEqual(['deep', 'part-0', 'part-1', 'part-2', 'part-3']);
    expect(await readFile(join(folder, 'deep/label.csv'), 'utf8')).toBe('1,2,3');
    await expect(writeFile(join(folder, 'new'), 'x')).rejects.toThrow('EROFS');
    expect((await readFile(join(folder, 'part-3'))).equals(Buffer.alloc(8 * MIB, 3))).toBe(true);
  } finally {
    await view.unmount();
  }
  expect(await readdir(folder)).toEqual([]);
});

test('a prefix that is more than one folder is not shown as one', async () => {
  const { store } = await remoteAgent();
  await store.put('s3://data/train/a', Readable.from([Buffer.from('x')]));
  await store.put('s3://data/train.csv', Readable.from([Buffer.from('x')]));
  expect(await store.mount('s3://data/train', temporaryFolder())).toEqual({
    kind: 'unavailable',
    because: 's3://data/train is not the prefix of one folder',
  });
});
