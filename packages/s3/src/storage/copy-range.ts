import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const COPY_BYTES = 1024 * 1024;

/** Hands bytes of a file on, both ends included. @returns how many there were, and their MD5 in hexadecimal. */
export async function copyRange(
  file: FileHandle,
  { first, last }: { readonly first: number; readonly last: number },
  sink: (bytes: Buffer) => Promise<void>,
): Promise<{ readonly sizeBytes: number; readonly md5: string }> {
  const md5 = createHash('md5');
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  let at = first;
  while (at <= last) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(COPY_BYTES, last - at + 1), at);
    if (bytesRead === 0) break;
    const bytes = buffer.subarray(0, bytesRead);
    const written = sink(bytes);
    md5.update(bytes);
    await written;
    at += bytesRead;
  }
  return { sizeBytes: at - first, md5: md5.digest('hex') };
}
