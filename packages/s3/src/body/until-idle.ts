import type { Readable } from 'node:stream';
import { S3Error } from '../s3-error.js';

/**
 * The pieces of a body, until nothing comes for a while; then the client is cut off. When the reader stops early the stream
 * stays open, so that the client can still be told why.
 *
 * @throws S3Error RequestTimeout
 */
export async function* untilIdle(body: Readable, idleTimeoutMs: number): AsyncIterable<Buffer> {
  let waiting = true;
  const timer = setTimeout(() => {
    // The reader itself may be slow; that is not the client's fault.
    if (waiting) body.destroy(new IdleBodyError());
    else timer.refresh();
  }, idleTimeoutMs);
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      waiting = false;
      yield piece;
      waiting = true;
      timer.refresh();
    }
  } catch (error) {
    throw error instanceof IdleBodyError
      ? new S3Error('RequestTimeout', 400, `Nothing came for ${idleTimeoutMs / 1000} s in the middle of the body.`)
      : error;
  } finally {
    clearTimeout(timer);
  }
}

class IdleBodyError extends Error {}
