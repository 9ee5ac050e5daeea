import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface S3Service {
  readonly url: string;
  /** How many requests came for objects' bytes. */
  readonly reads: { count: number };
  /** Breaks the connection after so many bytes of each of the next answers. */
  readonly breakAfter: number[];
  close(): void;
}

/** The part of S3's REST protocol that the store speaks, in memory and on loopback. */
export async function startS3Service(): Promise<S3Service> {
  const objects = new Map<string, Buffer>();
  const reads = { count: 0 };
  const breakAfter: number[] = [];
  const server = createServer((request, response) => void answer({ objects, reads, breakAfter }, request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, reads, breakAfter, close: () => server.close() };
}

interface State extends Pick<S3Service, 'reads' | 'breakAfter'> {
  readonly objects: Map<string, Buffer>;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { objects } = state;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = decodeURIComponent(url.pathname);
  const found = objects.get(path);
  const source = request.headers['x-amz-copy-source'];
  if (request.method === 'PUT' && typeof source === 'string') {
    const copied = objects.get(`/${decodeURIComponent(source).replace(/^\//, '')}`);
    if (copied !== undefined) objects.set(path, copied);
    response.end('<CopyObjectResult><ETag>"copy"</ETag></CopyObjectResult>');
  } else if (request.method === 'PUT') {
    const body = unchunked(request, await buffer(request));
    if (request.headers['if-none-match'] === '*' && found !== undefined) response.statusCode = 412;
    else objects.set(path, body);
    response.end();
  } else if (request.method === 'DELETE') {
    objects.delete(path);
    response.writeHead(204).end();
  } else if (url.searchParams.get('list-type') === '2') {
    response.end(listing(objects, path.replace(/\/$/, ''), url.searchParams.get('prefix') ?? ''));
  } else if (found === undefined) {
    response.statusCode = 404;
    response.end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
  } else {
    answerObject(state, found, request, response);
  }
}

function answerObject(state: State, found: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const wanted = request.headers['if-match'];
  response.setHeader('etag', etagOf(found));
  if (wanted !== undefined && wanted !== etagOf(found)) {
    response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const body = found.subarray(from);
  response.statusCode = from === 0 ? 200 : 206;
  response.setHeader('content-length', body.length);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  state.reads.count += 1;
  const breaksAfter = state.breakAfter.shift();
  if (breaksAfter === undefined) response.end(body);
  else response.write(body.subarray(0, breaksAfter), () => response.destroy());
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
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
      ([path, body]) =>
        `<Contents><Key>${path.slice(bucket.length + 1)}</Key><Size>${body.length}</Size><ETag>${etagOf(body)}</ETag></Contents>`,
    );
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}
