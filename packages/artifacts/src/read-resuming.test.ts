import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openObjectStores } from './index.js';
import { readResuming } from './read-resuming.js';
import { startS3Service } from './s3-service.fixture.js';

const URI = 's3://bucket/object';

async function storeWith(content: string) {
  const service = await startS3Service();
  onTestFinished(() => service.close());
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const store = openObjectStores({ s3: { kind: 'endpoint', endpoint: service.url, region: 'us-east-1', ...keys } });
  await store.put(URI, Readable.from([Buffer.from(content)]));
  const facts = await store.facts(URI);
  if (facts === undefined) throw new Error('it is not there');
  return { service, store, object: { uri: URI, ...facts } };
}

test('goes on where a connection broke', async () => {
  const { service, store, object } = await storeWith('0123456789');
  service.breakAfter.push(3, 4);
  expect(await text(readResuming(store, object))).toBe('0123456789');
  expect(service.reads.count).toBe(3);
});

test('does not mix the bytes of two versions', async () => {
  const { service, store, object } = await storeWith('0123456789');
  service.breakAfter.push(3);
  const reading = readResuming(store, object);
  const first = await reading[Symbol.asyncIterator]().next();
  expect(String(first.value)).toBe('012');
  await store.put(URI, Readable.from([Buffer.from('9876543210')]));
  await expect(text(reading)).rejects.toThrow('has changed since it was listed');
});

test('ends when it is told to', async () => {
  const { service, store, object } = await storeWith('0123456789');
  service.breakAfter.push(0, 0, 0, 0, 0, 0);
  const stop = new AbortController();
  const reading = text(readResuming(store, object, stop.signal));
  stop.abort(new Error('enough'));
  await expect(reading).rejects.toThrow();
  expect(service.reads.count).toBeLessThan(3);
});
