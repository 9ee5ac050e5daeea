import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type RawRequest, signedHead } from './fixtures/raw-request.fixture.js';
import { CREDENTIALS } from './fixtures/served-s3.fixture.js';
import { createS3Handler, type S3Handler } from './handler.js';

const MIB = 1024 * 1024;
const SIZE_MIB = 200;

let root: string;
let server: Server;
let failures: unknown[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetune-s3-'));
  await mkdir(join(root, 'data'));
  failures = [];
  server = createServer(newHandler());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(root, { recursive: true });
});

function newHandler(): S3Handler {
  return createS3Handler({
    root,
    accessKeys: () => ({ secretAccessKey: CREDENTIALS.secretAccessKey, tenant: 'team-a' }),
    clock: () => new Date(),
    onInternalError: (error) => failures.push(error),
  });
}

/** A connection on which the head of a request was sent. */
function send(request: RawRequest): Socket {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write(signedHead(`http://127.0.0.1:${port}`, request).head);
  return socket;
}

it('takes and gives 200 MiB without holding them, on a plain HTTP server', async () => {
  const before = process.memoryUsage().rss;
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);

  const length = String(SIZE_MIB * MIB);
  const upload = send({ method: 'PUT', path: '/data/big', headers: { 'content-length': length } });
  const answered = new Promise<string>((resolve) => upload.once('data', (bytes) => resolve(bytes.toString())));
  const piece = Buffer.alloc(MIB, 'fleetune');
  const md5 = createHash('md5');
  for (let n = 0; n < SIZE_MIB; n++) {
    md5.update(piece);
    if (!upload.write(piece)) await new Promise((drained) => upload.once('drain', drained));
  }
  expect(await answered).toContain(`etag: "${md5.digest('hex')}"`);
  upload.destroy();
  expect((await stat(join(root, 'data/big'))).size).toBe(SIZE_MIB * MIB);

  let receivedBytes = 0;
  for await (const bytes of send({ method: 'GET', path: '/data/big', headers: { connection: 'close' } })) {
    receivedBytes += (bytes as Buffer).length;
  }
  expect(receivedBytes).toBeGreaterThan(SIZE_MIB * MIB);

  clearInterval(sampling);
  expect((peak - before) / MIB).toBeLessThan(SIZE_MIB / 2);
  expect(await readdir(join(root, '.fleetune-s3/incoming'))).toEqual([]);
}, 60_000);

it('ends the connection when a file is cut short while it is sent', async () => {
  await writeFile(join(root, 'data/big'), Buffer.alloc(64 * MIB));
  const download = send({ method: 'GET', path: '/data/big' });
  await new Promise((readable) => download.once('readable', readable));
  await truncate(join(root, 'data/big'), MIB);
  let receivedBytes = 0;
  await (async () => {
    for await (const bytes of download) receivedBytes += (bytes as Buffer).length;
  })().catch(() => undefined);
  expect(receivedBytes).toBeLessThan(64 * MIB);
  expect(failures).toMatchObject([{ name: 'ShortBodyError' }]);
});

it('refuses a path that is not UTF-8', async () => {
  let answer = '';
  for await (const bytes of send({ method: 'GET', path: '/data/%FF', headers: { connection: 'close' } })) {
    answer += String(bytes);
  }
  expect(answer).toMatch(/^HTTP\/1\.1 400[\s\S]*<Code>InvalidURI</);
});

it('removes what a crash left behind when it starts, but nothing that may be under way', async () => {
  const aged = async (path: string, days: number) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '');
    const then = Date.now() / 1000 - days * 24 * 60 * 60;
    await utimes(join(root, path), then, then);
  };
  await aged('.fleetune-s3/incoming/old', 2);
  await aged('.fleetune-s3/incoming/new', 0.5);
  await aged('.fleetune-s3/uploads/old', 8);
  await aged('.fleetune-s3/uploads/new', 6);
  newHandler();
  await vi.waitFor(async () => expect(await readdir(join(root, '.fleetune-s3/uploads'))).toEqual(['new']));
  expect(await readdir(join(root, '.fleetune-s3/incoming'))).toEqual(['new']);
});
