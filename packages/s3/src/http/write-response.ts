import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { S3Response } from '../s3-call.js';

/** Writes an answer. @throws when the bytes of the answer could not be read to their end; the client is then cut off. */
export async function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  { status, headers = {}, body }: S3Response,
): Promise<void> {
  // A client that is still sending reads no answer before it is done.
  response.once('finish', () => request.resume());
  response.statusCode = status;
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('server', 'Fleetune');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body !== undefined && !response.hasHeader('content-type')) response.setHeader('content-type', 'application/xml');
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    const announced = response.getHeader('content-length');
    await pipeline(body, (source) => allOf(source, announced === undefined ? 0 : Number(announced)), response).catch(
      (error: unknown) => {
        // The client went away.
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error;
      },
    );
    return;
  }
  const hasBody = body !== undefined && request.method !== 'HEAD';
  if (body !== undefined) response.setHeader('content-length', Buffer.byteLength(body));
  else if (status === 200 && !response.hasHeader('content-length')) response.setHeader('content-length', 0);
  response.end(hasBody ? body : undefined);
}

/** Fails at the end of a source that was shorter than the client was told, which would wait for the rest. */
async function* allOf(source: AsyncIterable<Uint8Array | string>, announcedBytes: number) {
  let sentBytes = 0;
  for await (const piece of source) {
    sentBytes += piece.length;
    yield piece;
  }
  if (sentBytes < announcedBytes) throw new ShortBodyError(sentBytes, announcedBytes);
}

/** A file became shorter while it was being sent. */
class ShortBodyError extends Error {
  override readonly name = 'ShortBodyError';
  constructor(sentBytes: number, announcedBytes: number) {
    super(`Only ${sentBytes} of ${announcedBytes} bytes were there to be sent; was the file written in place?`);
  }
}
