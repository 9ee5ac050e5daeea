import { execFileSync } from 'node:child_process';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { create, list } from 'tar';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ArchiveError,
  ArtifactChangedError,
  ArtifactExistsError,
  ArtifactNotFoundError,
  CheckpointSync,
  createTarGz,
  downloadPrefix,
  extractTarGz,
  InvalidArtifactUriError,
  joinUri,
  openObjectStores,
  uploadFolder,
} from './index.js';
import { startS3Service } from './s3-service.fixture.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-artifacts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real S3 service, where one is named: anything with the keys "test" and "test" and a bucket of this name. */
const REAL_S3 = process.env.FLEETUNE_TEST_S3_URL;
const REAL_STORES = REAL_S3 === undefined ? {} : { 's3:// of FLEETUNE_TEST_S3_URL': async () => realStore(REAL_S3) };
let places = 0;

function realStore(endpoint: string) {
  const keys = { accessKeyId: 'test', secretAccessKey: 'test' };
  places += 1;
  return {
    store: openObjectStores({ s3: { kind: 'endpoint', endpoint, region: 'us-east-1', ...keys } }),
    base: `s3://fleetune-test/${process.pid}-${Date.now()}-${places}`,
  };
}

const STORES = {
  ...REAL_STORES,
  'file://': async () => ({ store: openObjectStores(), base: pathToFileURL(temporaryFolder()).href }),
  's3:// in a folder': async () => ({
    store: openObjectStores({ s3: { kind: 'directory', root: temporaryFolder() } }),
    base: 's3://bucket/base',
  }),
  's3:// of a service': async () => {
    const service = await startS3Service();
    onTestFinished(() => service.close());
    const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
    return {
      store: openObjectStores({ s3: { kind: 'endpoint', endpoint: service.url, region: 'us-east-1', ...keys } }),
      base: 's3://bucket/base',
    };
  },
};

describe.each(Object.entries(STORES))('%s', (_, open) => {
  test('gives back what was put, from streams and files', async () => {
    const { store, base } = await open();
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'from a file');
    await store.put(joinUri(base, 'a', 'one.txt'), Readable.from([Buffer.from('from '), Buffer.from('a stream')]));
    await store.put(joinUri(base, 'a', 'two.txt'), { file });
    expect(await text(await store.get(joinUri(base, 'a', 'one.txt')))).toBe('from a stream');
    expect(await text(await store.get(joinUri(base, 'a', 'two.txt')))).toBe('from a file');
    expect(await store.exists(joinUri(base, 'a', 'one.txt'))).toBe(true);
    expect(await store.exists(joinUri(base, 'a', 'none.txt'))).toBe(false);
  });

  test('names the URI where nothing lies', async () => {
    const { store, base } = await open();
    const uri = joinUri(base, 'missing');
    await expect(store.get(uri)).rejects.toThrow(ArtifactNotFoundError);
    await expect(store.get(uri)).rejects.toThrow(uri);
    expect(await downloadPrefix(store, uri, temporaryFolder())).toBe(0);
  });

  test('uploads a folder and downloads it again', async () => {
    const { store, base } = await open();
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    writeFileSync(join(folder, 'top'), '1');
    writeFileSync(join(folder, 'deep/er/file name'), '2');
    expect(await uploadFolder(store, folder, joinUri(base, 'tree'))).toBe(2);
    const copy = temporaryFolder();
    expect(await downloadPrefix(store, joinUri(base, 'tree'), copy)).toBe(2);
    expect(readFileSync(join(copy, 'deep/er/file name'), 'utf8')).toBe('2');
    const single = temporaryFolder();
    expect(await downloadPrefix(store, joinUri(base, 'tree', 'top'), single)).toBe(1);
    expect(readdirSync(single)).toEqual(['top']);
  });

  test('reads on from a byte, and only the version that was listed', async () => {
    const { store, base } = await open();
    const uri = joinUri(base, 'object');
    await store.put(uri, Readable.from([Buffer.from('0123456789')]));
    const listed = await store.facts(uri);
    expect(listed?.sizeBytes).toBe(10);
    expect(await text(await store.get(uri, { fromByte: 4, ifVersion: listed?.version ?? '' }))).toBe('456789');
    for await (const entry of store.list(uri)) expect(entry.version).toBe(listed?.version);
    await store.put(uri, Readable.from([Buffer.from('something else')]));
    await expect(store.get(uri, { ifVersion: listed?.version ?? '' })).rejects.toThrow(ArtifactChangedError);
    expect(await store.facts(joinUri(base, 'none'))).toBeUndefined();
  });

  test('copies, deletes, and replaces nothing where that is asked for', async () => {
    const { store, base } = await open();
    const [from, to] = [joinUri(base, 'from this'), joinUri(base, 'deep', 'to')];
    await store.put(from, Readable.from([Buffer.from('bytes')]));
    await store.copy(from, to);
    await store.copy(from, to);
    await store.put(from, Readable.from([Buffer.from('newer')]));
    expect(await text(await store.get(to))).toBe('bytes');
    await expect(store.put(to, Readable.from([Buffer.from('x')]), { ifAbsent: true })).rejects.toThrow(
      ArtifactExistsError,
    );
    await store.delete(to);
    await store.delete(to);
    expect(await store.exists(to)).toBe(false);
    await store.put(to, Readable.from([Buffer.from('first')]), { ifAbsent: true });
    expect(await text(await store.get(to))).toBe('first');
  });

  test('keeps checkpoints', async () => {
    const { store, base } = await open();
    const folder = temporaryFolder();
    const owner = { trainingJobId: 'job', fence: 1 };
    const sync = new CheckpointSync({ store, prefixUri: base, folder, owner });
    writeFileSync(join(folder, 'state'), 'one');
    await sync.scan();
    await sync.scan();
    writeFileSync(join(folder, 'state'), 'and two');
    expect(await sync.flush(60_000)).toBe('Flushed');
    expect(await text(await store.get(joinUri(base, 'state')))).toBe('and two');
    const again = temporaryFolder();
    const next = new CheckpointSync({ store, prefixUri: base, folder: again, owner: { ...owner, fence: 2 } });
    expect((await next.restore(new AbortController().signal)).from).toBe('manifest');
    expect(readFileSync(join(again, 'state'), 'utf8')).toBe('and two');
  });

  test('keeps the old bytes when a write fails half way', async () => {
    const { store, base } = await open();
    const uri = joinUri(base, 'model');
    await store.put(uri, Readable.from([Buffer.from('old')]));
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('new');
        throw new Error('the tarball broke');
      })(),
    );
    await expect(store.put(uri, failing)).rejects.toThrow('the tarball broke');
    expect(await text(await store.get(uri))).toBe('old');
  });
});

test.each([
  ['s3:// in a folder', STORES['s3:// in a folder']],
  ['s3:// of a service', STORES['s3:// of a service']],
])('%s: a prefix is the beginning of a key', async (_, open) => {
  const { store, base } = await open();
  for (const name of ['train/a', 'train/b', 'train-more/c', 'train.csv', 'test/d']) {
    await store.put(joinUri(base, name), Readable.from([Buffer.from('x')]));
  }
  const names: string[] = [];
  for await (const entry of store.list(joinUri(base, 'train'))) names.push(entry.name);
  expect(names.sort()).toEqual(['a', 'b', 'train-more/c', 'train.csv']);
  names.length = 0;
  for await (const entry of store.list(joinUri(base, 'train/'))) names.push(entry.name);
  expect(names.sort()).toEqual(['a', 'b']);
});

test('a local path is given only for exactly what a prefix means', async () => {
  const root = temporaryFolder();
  const store = openObjectStores({ s3: { kind: 'directory', root } });
  await store.put('s3://bucket/train/a', Readable.from([Buffer.from('x')]));
  expect(await store.localPath('s3://bucket/train')).toBe(join(root, 'bucket/train'));
  await store.put('s3://bucket/train.csv', Readable.from([Buffer.from('x')]));
  expect(await store.localPath('s3://bucket/train')).toBeUndefined();
  expect(await store.localPath('s3://bucket/train/')).toBe(join(root, 'bucket/train'));
});

test.each(['s3://bucket/a/../../etc', 's3://bucket/a//b', 's3://../x', 's3://Bucket/x', 'https://x', 'file://host/x'])(
  '%s is refused',
  async (uri) => {
    const store = openObjectStores({ s3: { kind: 'directory', root: temporaryFolder() } });
    await expect(store.get(uri)).rejects.toThrow(InvalidArtifactUriError);
  },
);

test('s3:// without a store says so', async () => {
  await expect(openObjectStores().get('s3://bucket/key')).rejects.toThrow('no S3 store is configured');
});

describe('a tar.gz', () => {
  test('holds links as links and leaves pipes out', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'weights'), 'w');
    symlinkSync('/etc/hostname', join(folder, 'outward'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const entries: string[] = [];
    const file = join(temporaryFolder(), 'model.tar.gz');
    await pipeline(await createTarGz(folder), createWriteStream(file));
    await list({ file, onReadEntry: (entry) => entries.push(`${entry.type} ${entry.path}`) });
    expect(entries.sort()).toEqual(['File ./weights', 'SymbolicLink ./outward']);
  });

  test('whose links lead outside is refused', async () => {
    const folder = temporaryFolder();
    symlinkSync('/etc/hostname', join(folder, 'outward'));
    await expect(extractTarGz(await createTarGz(folder), temporaryFolder(), 'source.tar.gz')).rejects.toThrow(
      ArchiveError,
    );
  });

  test('that would write outside its folder is refused', async () => {
    const outside = temporaryFolder();
    mkdirSync(join(outside, 'inner'));
    writeFileSync(join(outside, 'evil'), 'x');
    const escaping = create({ cwd: join(outside, 'inner'), gzip: true, preservePaths: true }, ['../evil']);
    const target = join(temporaryFolder(), 'target');
    await expect(extractTarGz(Readable.from(escaping), target, 'source.tar.gz')).rejects.toThrow(ArchiveError);
    expect(readdirSync(join(target, '..'))).toEqual(['target']);
  });

  test('that is damaged is refused by name', async () => {
    const damaged = Readable.from([Buffer.from('this is no archive, however long it is')]);
    await expect(extractTarGz(damaged, temporaryFolder(), 's3://bucket/source.tar.gz')).rejects.toThrow(
      's3://bucket/source.tar.gz',
    );
  });
});
