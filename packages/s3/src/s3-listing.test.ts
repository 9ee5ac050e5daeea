import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedS3, serveS3 } from './fixtures/served-s3.fixture.js';

let s3: ServedS3;
let client: S3Client;
beforeAll(async () => {
  s3 = await serveS3();
  client = s3.client();
});
afterAll(() => s3.close());

let bucketCount = 0;
async function bucketOf(keys: readonly string[]): Promise<string> {
  const name = `bucket-${bucketCount++}`;
  await mkdir(join(s3.root, name));
  for (const key of keys) {
    await mkdir(dirname(join(s3.root, name, key)), { recursive: true });
    await writeFile(join(s3.root, name, key), '');
  }
  return name;
}

async function listAll(input: ListObjectsV2CommandInput, pageSize?: number) {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client, pageSize }, input)) {
    const items = [...(page.Contents ?? []).map(({ Key }) => Key), ...(page.CommonPrefixes ?? []).map((p) => p.Prefix)];
    expect(items.length).toBeLessThanOrEqual(pageSize ?? 1000);
    found.push(...items.map(String).sort(byBytes));
  }
  return found;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What S3's documentation says a listing is, over a plain set of keys. */
function expected(keys: readonly string[], { prefix = '', delimiter = '', startAfter = '' }): string[] {
  const items = keys
    .filter((key) => key.startsWith(prefix) && byBytes(key, startAfter) > 0)
    .map((key) => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return end === -1 ? key : key.slice(0, end + delimiter.length);
    });
  return [...new Set(items)].sort(byBytes);
}

const segment = fc.string({
  unit: fc.constantFrom('a', 'b', '-', '.', '0', 'é', '\u{1F600}', '\uFF5E', '/', ' ', '&'),
  minLength: 1,
  maxLength: 7,
});
const keySet = fc.uniqueArray(segment, { maxLength: 14 }).map((keys) => {
  const possible = keys.filter((key) => key.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));
  return possible.filter((key) => !possible.some((other) => other.startsWith(`${key}/`)));
});

it('has the keys and common prefixes that S3 would list, in its order, whatever the page size', async () => {
  const prefix = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 3 });
  const delimiter = fc.constantFrom('', '/', 'a', '/b');
  await fc.assert(
    fc.asyncProperty(
      keySet,
      prefix,
      delimiter,
      segment,
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      async (keys, p, d, after, skips, size) => {
        const startAfter = skips ? after : '';
        const Bucket = await bucketOf(keys);
        const input = { Bucket, Prefix: p, Delimiter: d || undefined, StartAfter: startAfter || undefined };
        const wanted = expected(keys, { prefix: p, delimiter: d, startAfter });
        expect(await listAll(input)).toEqual(wanted);
        expect(await listAll(input, size)).toEqual(wanted);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

it('goes on from a marker in the first version of the operation', async () => {
  const Bucket = await bucketOf(['a/1', 'a/2', 'b', 'c/1', 'd']);
  const first = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1 }));
  expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'a/', CommonPrefixes: [{ Prefix: 'a/' }] });
  const second = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'a/', MaxKeys: 2 }));
  expect(second.Contents?.map(({ Key }) => Key)).toEqual(['b']);
  expect(second.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['c/']);
});

it('can name keys that XML cannot', async () => {
  const Bucket = await bucketOf(['a\u0001b+ c']);
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['a%01b%2B%20c']);
});

it('shows no unfinished writes of agents, no empty folders and no records of its own', async () => {
  const Bucket = await bucketOf(['job/.fleetune-partial-1-1', 'job/model.tar.gz']);
  await mkdir(join(s3.root, Bucket, 'empty/deep'), { recursive: true });
  expect(await listAll({ Bucket })).toEqual(['job/model.tar.gz']);
  expect(await listAll({ Bucket, Delimiter: '/' })).toEqual(['job/']);
});

it('follows links to other folders, but never in a circle', async () => {
  const Bucket = await bucketOf(['a/1', 'b/2']);
  const folder = join(s3.root, Bucket);
  await symlink(folder, join(folder, 'a/up'));
  await symlink(join(folder, 'b'), join(folder, 'a/to-b'));
  await symlink(join(folder, 'a'), join(folder, 'b/to-a'));
  await symlink('/nowhere/at/all', join(folder, 'dangling'));
  const keys = await listAll({ Bucket });
  expect(keys).toEqual(expect.arrayContaining(['a/1', 'a/to-b/2', 'b/2', 'b/to-a/1']));
  expect(keys.length).toBeLessThan(20);
});

it('of a prefix that leads out of the bucket is empty', async () => {
  const Bucket = await bucketOf(['a']);
  await bucketOf(['secret']);
  for (const Prefix of ['../', '../bucket-0/', 'a/../../', '/', '//', '\0', `${'x'.repeat(300)}/`]) {
    expect(await listAll({ Bucket, Prefix })).toEqual([]);
  }
});

it('refuses numbers and tokens that are none', async () => {
  const Bucket = await bucketOf([]);
  const refused = { name: 'InvalidArgument' };
  await expect(client.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 }))).rejects.toMatchObject(refused);
  const bad = new ListObjectsV2Command({ Bucket, ContinuationToken: 'not ours!' });
  await expect(client.send(bad)).rejects.toMatchObject(refused);
  expect((await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))).KeyCount).toBe(0);
});
