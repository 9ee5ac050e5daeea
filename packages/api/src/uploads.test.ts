import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ApiServer, startApiServer, TOKEN } from './api-server.fixture.js';
import { type Client, createClient } from './client.js';

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer();
  client = createClient({ url: server.url, token: TOKEN });
});
afterEach(() => server.stop());

it('keeps an archive once, under the digest of its bytes', async () => {
  const archive = gzipSync(Buffer.alloc(200_000, 'source'));
  const uri = await client.upload(archive);
  expect(uri).toMatch(/^file:\/\/\/.*\/[0-9a-f]{64}\.tar\.gz$/);
  expect(await client.upload(archive)).toBe(uri);
  expect(await readFile(fileURLToPath(uri))).toEqual(archive);
  expect(await readdir(server.uploadDirectory)).toHaveLength(1);
});

it('refuses what is no gzip file and keeps nothing of it', async () => {
  await expect(client.upload(Buffer.from('plain text'))).rejects.toMatchObject({ status: 400, code: 'InvalidRequest' });
  await expect(client.upload(Buffer.alloc(0))).rejects.toMatchObject({ status: 400 });
  expect(await readdir(server.uploadDirectory)).toEqual([]);
});

it('refuses an archive over the limit', async () => {
  const archive = Buffer.alloc(1_000_001);
  archive.writeUInt16BE(0x1f8b);
  await expect(client.upload(archive)).rejects.toMatchObject({ status: 413, code: 'TooLarge' });
  expect(await readdir(server.uploadDirectory)).toEqual([]);
});
