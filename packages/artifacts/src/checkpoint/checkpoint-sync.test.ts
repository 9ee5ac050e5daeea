import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { joinUri, type ObjectStore, openObjectStores } from '../index.js';
import { CheckpointSupersededError, CheckpointSync } from './checkpoint-sync.js';

const NEVER = new AbortController().signal;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-checkpoints-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function place() {
  const root = temporaryFolder();
  return { store: openObjectStores(), prefixUri: pathToFileURL(root).href, root };
}

function attempt(at: { store: ObjectStore; prefixUri: string }, fence: number, trainingJobId = 'job-1') {
  const folder = temporaryFolder();
  const sync = new CheckpointSync({ ...at, folder, owner: { trainingJobId, fence } });
  return { folder, sync };
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Name to content of every file but ours. */
function read(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('.fleetune'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

async function restored(at: { store: ObjectStore; prefixUri: string }, fence: number) {
  const { folder, sync } = attempt(at, fence);
  const { from } = await sync.restore(NEVER);
  return { from, files: read(folder) };
}

test('another process goes on with the same attempt, and touches nothing in the folder', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 3);
  await sync.restore(NEVER);
  write(folder, { state: 'epoch 1', old: 'x' });
  await sync.scan();
  await sync.scan();
  expect(sync.newest).toMatchObject({ fence: 3, sequence: 1 });
  sync.abandon();
  write(folder, { state: 'epoch 2' });
  rmSync(join(folder, 'old'));
  const later = new CheckpointSync({ ...at, folder, owner: { trainingJobId: 'job-1', fence: 3 } });
  later.resume();
  expect(await later.flush(10_000)).toBe('Flushed');
  expect(later.newest).toMatchObject({ fence: 3, sequence: 2 });
  expect(read(folder)).toEqual({ state: 'epoch 2' });
  expect(await restored(at, 4)).toEqual({ from: 'manifest', files: { state: 'epoch 2' } });
});

test('the next attempt goes on from what the last one had', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 1);
  expect(await sync.restore(NEVER)).toEqual({ from: 'nothing' });
  write(folder, { 'epoch-1/model': 'weights 1', state: 'one' });
  await sync.scan();
  expect(sync.newest).toBeUndefined();
  await sync.scan();
  expect(sync.newest).toMatchObject({ fence: 1, sequence: 1 });
  expect(read(at.root)).toEqual({ 'epoch-1/model': 'weights 1', state: 'one' });
  write(folder, { 'epoch-2/model': 'weights 2', state: 'two' });
  rmSync(join(folder, 'epoch-1'), { recursive: true });
  expect(await sync.flush(60_000)).toBe('Flushed');
  const files = { 'epoch-2/model': 'weights 2', state: 'two' };
  expect(read(at.root)).toEqual(files);
  expect(await restored(at, 2)).toEqual({ from: 'manifest', files });
});

test('files that are being written are waited for, but not for ever', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 1);
  write(folder, { model: 'm', optimizer: '0' });
  for (const content of ['1', '11', '111']) {
    await sync.scan();
    write(folder, { optimizer: content });
    expect(sync.newest).toBeUndefined();
  }
  await sync.scan();
  expect((await restored(at, 2)).files).toEqual({ model: 'm' });
});

test('only the two newest checkpoints are kept', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 1);
  for (let step = 0; step < 6; step += 1) {
    write(folder, { state: `${step}`.repeat(step + 1), fixed: 'same' });
    await sync.scan();
    await sync.scan();
  }
  const own = join(at.root, '.fleetune/job-1');
  expect(readdirSync(join(own, 'manifests')).sort()).toEqual([
    '0000000001-0000000005.json',
    '0000000001-0000000006.json',
  ]);
  expect(readdirSync(join(own, 'blobs'))).toHaveLength(3);
});

test('a damaged checkpoint is passed over for the one before it', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 1);
  write(folder, { state: 'good' });
  await sync.scan();
  await sync.scan();
  const blobs = join(at.root, '.fleetune/job-1/blobs');
  const before = readdirSync(blobs);
  write(folder, { state: 'newer, and lost' });
  await sync.flush(60_000);
  for (const name of readdirSync(blobs)) if (!before.includes(name)) writeFileSync(join(blobs, name), 'rubbish');
  expect(await restored(at, 2)).toEqual({ from: 'manifest', files: { state: 'good' } });
});

test('an attempt that was superseded changes nothing any more', async () => {
  const at = place();
  const old = attempt(at, 1);
  write(old.folder, { state: 'old' });
  await old.sync.scan();
  await old.sync.scan();
  const next = attempt(at, 2);
  await next.sync.restore(NEVER);
  write(next.folder, { state: 'new' });
  write(old.folder, { state: 'from the grave' });
  await expect(old.sync.flush(60_000)).rejects.toThrow(CheckpointSupersededError);
  await next.sync.flush(60_000);
  expect(read(at.root)).toEqual({ state: 'new' });
  expect((await restored(at, 3)).files).toEqual({ state: 'new' });
});

test('a new job starts from the files at the prefix, and never from the manifests of another', async () => {
  const at = place();
  write(at.root, { 'pretrained/model': 'from elsewhere' });
  const other = attempt(at, 7, 'job-0');
  await other.sync.restore(NEVER);
  write(other.folder, { state: 'of job 0' });
  await other.sync.flush(60_000);
  expect(await restored(at, 1)).toEqual({
    from: 'objects',
    files: { 'pretrained/model': 'from elsewhere', state: 'of job 0' },
  });
});

test('nothing outside the folder is stored, and nothing of ours is taken for the program’s', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 1);
  symlinkSync('/etc/hostname', join(folder, 'link'));
  symlinkSync('/etc', join(folder, 'etc'));
  write(folder, { '.fleetune/job-1/manifests/0000000009-0000000001.json': '{}', real: 'yes' });
  await sync.flush(60_000);
  expect((await restored(at, 2)).files).toEqual({ real: 'yes' });
});

test('scans follow each other by the timer, and a failure does not end them', async () => {
  const at = place();
  const folder = temporaryFolder();
  const due: (() => void)[] = [];
  const faults: unknown[] = [];
  let isBroken = true;
  const store = {
    ...at.store,
    put: async (...args: Parameters<ObjectStore['put']>) => {
      if (isBroken) throw new Error('no network');
      return at.store.put(...args);
    },
  };
  const sync = new CheckpointSync({
    store,
    prefixUri: at.prefixUri,
    folder,
    owner: { trainingJobId: 'job-1', fence: 1 },
    timer: (callback) => {
      due.push(callback);
      return () => undefined;
    },
    onFault: (error) => faults.push(error),
  });
  write(folder, { state: 'x' });
  sync.start();
  const tick = async () => {
    due.shift()?.();
    await expect.poll(() => due.length).toBe(1);
  };
  await tick();
  await tick();
  expect(faults).toEqual([new Error('no network')]);
  isBroken = false;
  await tick();
  expect(sync.newest).toMatchObject({ sequence: 1 });
  sync.abandon();
});

test('a deadline that passes leaves the checkpoint before', async () => {
  const at = place();
  const { folder, sync } = attempt(at, 1);
  write(folder, { state: 'first' });
  await sync.scan();
  await sync.scan();
  write(folder, { state: 'second' });
  const stuck = new CheckpointSync({
    store: { ...at.store, put: () => new Promise(() => undefined) },
    prefixUri: at.prefixUri,
    folder,
    owner: { trainingJobId: 'job-1', fence: 2 },
    timer: (callback) => {
      setImmediate(callback);
      return () => undefined;
    },
  });
  expect(await stuck.flush(1)).toBe('DeadlineExceeded');
  expect((await restored(at, 3)).files).toEqual({ state: 'first' });
});

test('killed before any of its writes, there is a whole checkpoint and none but a whole one', async () => {
  const steps: readonly Record<string, string>[] = [
    { a: 'one', b: 'one' },
    { a: 'two', b: 'two' },
    { b: 'three', c: 'three' },
  ];
  const outcomes = new Set<string>();
  for (let survived = 0; ; survived += 1) {
    const at = place();
    const died = await runUntilKilled(at, steps, survived);
    const { from, files } = await restored(at, 2);
    const known = [{}, ...steps].find((step) => JSON.stringify(step) === JSON.stringify(files));
    expect(known, `after ${survived} writes: ${JSON.stringify(files)}`).toBeDefined();
    expect(from).toBe(Object.keys(files).length === 0 ? 'nothing' : 'manifest');
    outcomes.add(JSON.stringify(files));
    if (!died) break;
  }
  expect(outcomes.size).toBe(4);
});

/** Runs an attempt whose store stands still for ever after so many writes. @returns false when that was not reached. */
async function runUntilKilled(
  at: ReturnType<typeof place>,
  steps: readonly Readonly<Record<string, string>>[],
  writes: number,
): Promise<boolean> {
  let left = writes;
  let die: (() => void) | undefined;
  const death = new Promise<boolean>((done) => {
    die = () => done(true);
  });
  const counted =
    <A extends unknown[]>(act: (...args: A) => Promise<void>) =>
    (...args: A): Promise<void> => {
      left -= 1;
      if (left >= 0) return act(...args);
      die?.();
      return new Promise<void>(() => undefined);
    };
  const { put, copy, delete: remove } = at.store;
  const folder = temporaryFolder();
  const sync = new CheckpointSync({
    store: { ...at.store, put: counted(put), copy: counted(copy), delete: counted(remove) },
    prefixUri: at.prefixUri,
    folder,
    owner: { trainingJobId: 'job-1', fence: 1 },
  });
  const life = async () => {
    for (const step of steps) {
      for (const name of Object.keys(read(folder))) if (!(name in step)) rmSync(join(folder, name));
      write(folder, step);
      await sync.scan();
      await sync.scan();
    }
    return false;
  };
  return Promise.race([life(), death]);
}

test('a checkpoint in S3 terms lies where clients look for it', async () => {
  const root = temporaryFolder();
  const store = openObjectStores({ s3: { kind: 'directory', root } });
  const prefixUri = 's3://bucket/checkpoints';
  const { folder, sync } = attempt({ store, prefixUri }, 1);
  write(folder, { 'epoch-1.pt': 'weights' });
  await sync.flush(60_000);
  expect(await store.exists(joinUri(prefixUri, 'epoch-1.pt'))).toBe(true);
  expect(existsSync(join(root, 'bucket/checkpoints/epoch-1.pt'))).toBe(true);
});
