import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type CachedData, ChannelCache, channelObjects, type ObjectStore, openObjectStores } from '../index.js';
import { startS3Service } from '../s3-service.fixture.js';

const NEVER = new AbortController().signal;
const ALONE = { hostIndex: 0, hostCount: 1 };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function s3() {
  const service = await startS3Service();
  onTestFinished(() => service.close());
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const store = openObjectStores({ s3: { kind: 'endpoint', endpoint: service.url, region: 'us-east-1', ...keys } });
  return { service, store };
}

async function put(store: ObjectStore, key: string, content: string | Buffer): Promise<void> {
  await store.put(`s3://bucket/${key}`, Readable.from([Buffer.from(content)]));
}

interface Wish {
  readonly tenant?: string;
  readonly decompress?: boolean;
  readonly signal?: AbortSignal;
}

async function take(cache: ChannelCache, store: ObjectStore, key: string, wish: Wish = {}) {
  const uri = `s3://bucket/${key}`;
  const objects = await channelObjects(store, { uri, dataType: 'S3Prefix', distribution: 'FullyReplicated' }, ALONE);
  const { tenant = 'one', decompress = false, signal = NEVER } = wish;
  return cache.acquire({ tenant, uri, objects, decompress }, signal);
}

function contents(data: CachedData | undefined): Record<string, string> {
  return Object.fromEntries(
    (data?.files ?? []).map(({ name }) => [name, readFileSync(join(data?.folder ?? '', name), 'utf8')]),
  );
}

test('the same data is fetched once, also after a restart, and anew when it has changed', async () => {
  const { service, store } = await s3();
  await put(store, 'train/a', 'first');
  await put(store, 'train/deep/b', 'second');
  const folder = temporaryFolder();
  const cache = new ChannelCache(store, { folder, quotaBytes: 1000 });
  expect(contents(await take(cache, store, 'train/'))).toEqual({ a: 'first', 'deep/b': 'second' });
  await take(cache, store, 'train/');
  const restarted = new ChannelCache(store, { folder, quotaBytes: 1000 });
  expect(contents(await take(restarted, store, 'train/'))).toEqual({ a: 'first', 'deep/b': 'second' });
  expect(service.reads.count).toBe(2);
  expect(cache.statistics()).toMatchObject({ hits: 1, misses: 1, hitBytes: 11, missBytes: 11, storedBytes: 11 });
  expect(restarted.statistics()).toMatchObject({ hits: 1, misses: 0 });
  await put(store, 'train/a', 'other');
  expect(contents(await take(restarted, store, 'train/'))).toMatchObject({ a: 'other' });
});

test('tenants share nothing, nor do packed and unpacked data', async () => {
  const { service, store } = await s3();
  await put(store, 'train/a.gz', gzipSync('unpacked'));
  const cache = new ChannelCache(store, { folder: temporaryFolder(), quotaBytes: 1000 });
  const packed = await take(cache, store, 'train/');
  const others = await take(cache, store, 'train/', { tenant: 'two' });
  expect(packed?.folder).not.toBe(others?.folder);
  expect(contents(await take(cache, store, 'train/', { decompress: true }))).toEqual({ a: 'unpacked' });
  expect(service.reads.count).toBe(3);
});

test('those who come at the same time share one download, and one who leaves does not end it', async () => {
  const { service, store } = await s3();
  await put(store, 'train/a', 'x'.repeat(100));
  const cache = new ChannelCache(store, { folder: temporaryFolder(), quotaBytes: 1000 });
  const leaving = new AbortController();
  const left = take(cache, store, 'train/', { signal: leaving.signal });
  const stayed = Promise.all([take(cache, store, 'train/'), take(cache, store, 'train/')]);
  leaving.abort(new Error('stopped'));
  await expect(left).rejects.toThrow('stopped');
  for (const data of await stayed) expect(data?.sizeBytes).toBe(100);
  expect(service.reads.count).toBe(1);
});

test('a download that nobody waits for any more ends, and can be begun anew', async () => {
  const { service, store } = await s3();
  await put(store, 'train/a', 'x'.repeat(100));
  service.breakAfter.push(10, 0, 0, 0, 0, 0, 0, 0);
  const folder = temporaryFolder();
  const cache = new ChannelCache(store, { folder, quotaBytes: 1000 });
  const leaving = new AbortController();
  const left = take(cache, store, 'train/', { signal: leaving.signal });
  await expect.poll(() => service.reads.count).toBeGreaterThan(0);
  leaving.abort(new Error('stopped'));
  await expect(left).rejects.toThrow('stopped');
  service.breakAfter.length = 0;
  expect((await take(cache, store, 'train/'))?.sizeBytes).toBe(100);
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});

test('what was not used for the longest time goes first, and what is in use stays', async () => {
  const { store } = await s3();
  for (const name of ['a', 'b', 'c']) await put(store, `${name}/data`, name.repeat(40));
  let nowMs = 1000;
  const cache = new ChannelCache(store, { folder: temporaryFolder(), quotaBytes: 100, nowMs: () => nowMs++ });
  const a = await take(cache, store, 'a/');
  const b = await take(cache, store, 'b/');
  expect(await take(cache, store, 'c/')).toBeUndefined();
  b?.release();
  expect(contents(await take(cache, store, 'c/'))).toEqual({ data: 'c'.repeat(40) });
  expect(contents(a)).toEqual({ data: 'a'.repeat(40) });
  expect(cache.statistics()).toMatchObject({ bypasses: 1, evictions: 1, storedBytes: 80, quotaBytes: 100 });
});

test('what an earlier process gave out is held until it is given back; other folders are none of its matter', async () => {
  const { store } = await s3();
  for (const name of ['a', 'b']) await put(store, `${name}/data`, name.repeat(40));
  const folder = temporaryFolder();
  const earlier = await take(new ChannelCache(store, { folder, quotaBytes: 50 }), store, 'a/');
  const cache = new ChannelCache(store, { folder, quotaBytes: 50 });
  const giveBack = cache.hold(earlier?.folder ?? '');
  cache.hold('/srv/data')();
  expect(await take(cache, store, 'b/')).toBeUndefined();
  expect(contents(earlier)).toEqual({ data: 'a'.repeat(40) });
  giveBack();
  expect(contents(await take(cache, store, 'b/'))).toEqual({ data: 'b'.repeat(40) });
});

test('data that unpacks to more than there is room for is fetched past the cache', async () => {
  const { store } = await s3();
  await put(store, 'train/a.gz', gzipSync('x'.repeat(10_000)));
  const folder = temporaryFolder();
  const cache = new ChannelCache(store, { folder, quotaBytes: 1000 });
  expect(await take(cache, store, 'train/', { decompress: true })).toBeUndefined();
  expect(cache.statistics()).toMatchObject({ bypasses: 1, storedBytes: 0 });
  expect(readdirSync(join(folder, 'entries'))).toEqual([]);
});

test('an entry that a crash left half way is not there, and one of an earlier boot is looked at before it is used', async () => {
  const { service, store } = await s3();
  await put(store, 'train/a', 'good bytes');
  const folder = temporaryFolder();
  await take(new ChannelCache(store, { folder, quotaBytes: 1000 }), store, 'train/');
  const [key = ''] = readdirSync(join(folder, 'entries'));
  const entry = join(folder, 'entries', key);
  const record = JSON.parse(readFileSync(join(entry, 'entry.json'), 'utf8'));
  writeFileSync(join(entry, 'entry.json'), JSON.stringify({ ...record, bootId: 'another' }));
  const whole = new ChannelCache(store, { folder, quotaBytes: 1000 });
  expect(contents(await take(whole, store, 'train/'))).toEqual({ a: 'good bytes' });
  expect(service.reads.count).toBe(1);
  writeFileSync(join(entry, 'data/a'), 'lost bytes');
  const damaged = new ChannelCache(store, { folder, quotaBytes: 1000 });
  expect(contents(await take(damaged, store, 'train/'))).toEqual({ a: 'good bytes' });
  expect(service.reads.count).toBe(2);
  writeFileSync(join(folder, 'entries', key, 'data/a'), 'short');
  mkdirSync(join(folder, 'incoming/7/data'), { recursive: true });
  const cut = new ChannelCache(store, { folder, quotaBytes: 1000 });
  expect(cut.statistics().storedBytes).toBe(0);
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});

test('a download that fails leaves nothing', async () => {
  const { store } = await s3();
  await put(store, 'train/a', 'x'.repeat(100));
  await put(store, 'train/a/b', 'a key below another key cannot be a file as well');
  const folder = temporaryFolder();
  const cache = new ChannelCache(store, { folder, quotaBytes: 1000 });
  await expect(take(cache, store, 'train/')).rejects.toThrow();
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  expect(cache.statistics().storedBytes).toBe(0);
});
