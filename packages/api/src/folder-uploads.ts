import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ApiOptions } from './api-options.js';
import { NotAnArchiveError, UploadTooLargeError } from './error-answer.js';

const DEFAULT_MAX_BYTES = 2 ** 30;

/**
 * Keeps uploads in a folder as `<sha256>.tar.gz`, each whole or not at all.
 *
 * @throws NotAnArchiveError, UploadTooLargeError from `save`.
 */
export function folderUploads(directory: string, maxBytes = DEFAULT_MAX_BYTES): ApiOptions['uploads'] {
  return {
    async save(archive) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const partial = join(directory, `.${randomUUID()}.partial`);
      try {
        const sha256 = await write(archive, partial, maxBytes);
        const kept = join(directory, `${sha256}.tar.gz`);
        await rename(partial, kept);
        return pathToFileURL(kept).href;
      } finally {
        await rm(partial, { force: true });
      }
    },
  };
}

async function write(archive: NodeJS.ReadableStream, path: string, maxBytes: number): Promise<string> {
  const file = await open(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    let head = Buffer.alloc(0);
    for await (const piece of archive) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
      bytes += chunk.length;
      if (bytes > maxBytes) throw new UploadTooLargeError(maxBytes);
      if (head.length < 2) {
        head = Buffer.concat([head, chunk.subarray(0, 2)]);
        if (head.length >= 2 && head.readUInt16BE(0) !== GZIP_MAGIC) throw new NotAnArchiveError();
      }
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (head.length < 2) throw new NotAnArchiveError();
    await file.sync();
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

const GZIP_MAGIC = 0x1f8b;
