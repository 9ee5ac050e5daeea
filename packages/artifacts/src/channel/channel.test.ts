import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { channelObjects, joinUri, openObjectStores, openPipeContent, type PipedChannel } from '../index.js';
import { recordHeader } from './record-io.js';
import { shardOf } from './shard.js';
import { shuffled } from './shuffle.js';

const ALONE = { hostIndex: 0, hostCount: 1 };
const NEVER = new AbortController().signal;

async function storeWith(objects: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-channel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const base = pathToFileURL(folder).href;
  const store = openObjectStores();
  const replaced = (text: string) => text.replaceAll('BASE', base);
  for (const [name, content] of Object.entries(objects)) {
    await store.put(joinUri(base, ...name.split('/')), Readable.from([Buffer.from(replaced(content))]));
  }
  return { store, base };
}

describe('the objects of a channel', () => {
  test('come in the order of their keys, or of the manifest', async () => {
    const { store, base } = await storeWith({
      'data/b': '22',
      'data/a': '1',
      'data/c/d': '333',
      manifest: '[{"prefix": "BASE/data/"}, "c/d", "a", "c/d"]',
    });
    const source = { uri: `${base}/data/`, dataType: 'S3Prefix', distribution: 'FullyReplicated' } as const;
    const listed = await channelObjects(store, source, ALONE);
    expect(listed.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c/d', 3],
    ]);
    const manifest = { ...source, uri: `${base}/manifest`, dataType: 'ManifestFile' } as const;
    expect((await channelObjects(store, manifest, ALONE)).map(({ name }) => name)).toEqual(['c/d', 'a']);
  });

  test.each([
    ['not JSON', 'it is not JSON'],
    ['{}', 'it is not a JSON list'],
    ['["a"]', 'its first element is not {"prefix"'],
    ['[{"prefix": "BASE/"}, "../secret"]', 'element 1, "../secret", is not a path below the prefix'],
    ['[{"prefix": "BASE/"}, "a", 7]', 'element 2, 7, is not a path'],
    ['[{"prefix": "BASE/"}, "missing"]', 'Nothing was found at'],
  ])('are refused by name with the manifest %s', async (content, fault) => {
    const { store, base } = await storeWith({ a: '1', manifest: content });
    const source = { uri: `${base}/manifest`, dataType: 'ManifestFile', distribution: 'FullyReplicated' } as const;
    await expect(channelObjects(store, source, ALONE)).rejects.toThrow(fault);
  });

  test('are shared among hosts, each going to exactly one', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (items, hostCount) => {
        const shares = Array.from({ length: hostCount }, (_, hostIndex) => shardOf(items, { hostIndex, hostCount }));
        expect(shares.flat().sort()).toEqual([...items].sort());
        const sizes = shares.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('an order of a pass', () => {
  test('has every item once, and is the same for the same seed and pass', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.maxSafeInteger(), fc.nat(1000), (items, seed, epoch) => {
        const order = shuffled(items, seed, epoch);
        expect(order).toEqual(shuffled(items, seed, epoch));
        expect([...order].sort()).toEqual([...items].sort());
      }),
    );
  });

  test('puts every item at every place about as often', () => {
    const counts = Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => 0));
    for (let epoch = 0; epoch < 5000; epoch += 1) {
      shuffled([0, 1, 2, 3, 4], 42, epoch).forEach((item, position) => {
        const row = counts[item];
        if (row !== undefined) row[position] = (row[position] ?? 0) + 1;
      });
    }
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('a piped channel', () => {
  const channel = (uri: string, change: Partial<PipedChannel> = {}): PipedChannel => ({
    uri,
    dataType: 'S3Prefix',
    distribution: 'FullyReplicated',
    attributeNames: [],
    decompress: false,
    records: false,
    shuffleSeed: undefined,
    ...change,
  });

  test('gives shuffled hosts the whole data between them, and another share each time', async () => {
    const names = Array.from({ length: 10 }, (_, index) => String(index));
    const { store, base } = await storeWith(Object.fromEntries(names.map((name) => [`data/${name}`, name])));
    const piped = channel(`${base}/data/`, { distribution: 'ShardedByS3Key', shuffleSeed: 3 });
    const passOf = async (hostIndex: number, epoch: number) => {
      const content = await openPipeContent(store, piped, { hostIndex, hostCount: 2 });
      return String(await buffer(content.stream(epoch, NEVER)));
    };
    const first = [await passOf(0, 0), await passOf(1, 0)];
    expect([...first.join('')].sort()).toEqual(names);
    expect(await passOf(0, 1)).not.toBe(first[0]);
  });

  test.each([
    ['{"a": 1}\nnot JSON', 'line 2 is not JSON'],
    ['7', 'line 1 is not a JSON object'],
    ['{"b": 1}', 'line 1 has no "a"'],
    ['{"a": 1, "c-ref": 7}', 'line 1 has something else than a URI in "c-ref"'],
  ])('refuses the augmented manifest %s', async (content, fault) => {
    const { store, base } = await storeWith({ lines: content });
    const attributeNames = fault.includes('c-ref') ? ['a', 'c-ref'] : ['a'];
    const piped = channel(`${base}/lines`, { dataType: 'AugmentedManifestFile', attributeNames });
    await expect(openPipeContent(store, piped, ALONE)).rejects.toThrow(fault);
  });

  test('refuses a record longer than the format can hold', () => {
    expect(recordHeader(2 ** 29 - 1, 's3://b/k')).toHaveLength(8);
    expect(() => recordHeader(2 ** 29, 's3://b/k')).toThrow('"s3://b/k" cannot be used');
  });
});
