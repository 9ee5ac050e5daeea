import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The part of S3's REST protocol that the store speaks, in memory and on loopback. */
export async function startS3Service(): Promise<{ readonly url: string; close(): void }> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => void answer(objects, request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function answer(objects: Map<string, Buffer>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = decodeURIComponent(url.pathname);
  const found = objects.get(path);
  if (request.method === 'PUT') {
    objects.set(path, unchunked(request, await buffer(request)));
    response.end();
  } else if (url.searchParams.get('list-type') === '2') {
    response.end(listing(objects, path.replace(/\/$/, ''), url.searchParams.get('prefix') ?? ''));
  } else if (found === undefined) {
    response.statusCode = 404;
    response.end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
  } else {
    response.setHeader('content-length', found.length);
    response.end(request.method === 'HEAD' ? undefined : found);
  }
}

/** Takes `aws-chunked` framing off: hexadecimal size, content, and trailers after the last chunk. */
function unchunked(request: IncomingMessage, body: Buffer): Buffer {
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return body;
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(pieces);
    pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function listing(objects: Map<string, Buffer>, bucket: string, prefix: string): string {
  const contents = [...objects]
    .filter(([path]) => path.startsWith(`${bucket}/${prefix}`))
    .map(
      ([path, body]) => `<Contents><Key>${path.slice(bucket.length + 1)}</Key><Size>${body.length}</Size></Contents>`,
    );
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}
