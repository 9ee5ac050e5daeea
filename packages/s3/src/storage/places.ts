import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { invalidArgument, noSuchBucket, S3Error } from '../s3-error.js';

export const MAX_KEY_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;
/** What the agents' store calls its unfinished writes; it hides them, and so do we. */
const PARTIAL_PREFIX = '.fleetune-partial-';

/**
 * Where things lie under the root. Objects lie as agents read them, `bucket/key`; all else is in a folder whose name no
 * bucket can have.
 */
export class Places {
  readonly root: string;
  readonly #own: string;

  constructor(root: string) {
    this.root = resolve(root);
    this.#own = join(this.root, '.fleetune-s3');
  }

  /** @throws S3Error NoSuchBucket for a name that no bucket can have, such as one that leads out of the root. */
  bucket(bucket: string): string {
    if (!isBucketName(bucket)) throw noSuchBucket(bucket);
    return join(this.root, bucket);
  }

  /** @throws S3Error for a key that cannot be a file of its own here. */
  object(bucket: string, key: string): string {
    checkKey(key);
    return join(this.bucket(bucket), ...key.split('/'));
  }

  /** Where {@link object} would be, written beside it first when the bucket is on another disk than the root. */
  besideObject(folder: string, name: string): string {
    return join(folder, PARTIAL_PREFIX + name);
  }

  sidesOfBucket(bucket: string): string {
    return join(this.#own, 'objects', bucket);
  }

  /** Goes with the records of the bucket's objects. */
  owner(bucket: string): string {
    return join(this.sidesOfBucket(bucket), 'owner');
  }

  side(bucket: string, key: string): string {
    const hash = createHash('sha256').update(key).digest('hex');
    return join(this.sidesOfBucket(bucket), hash.slice(0, 2), `${hash.slice(2)}.json`);
  }

  get incoming(): string {
    return join(this.#own, 'incoming');
  }

  get uploads(): string {
    return join(this.#own, 'uploads');
  }
}

export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}

export function isPartialName(name: string): boolean {
  return name.startsWith(PARTIAL_PREFIX);
}

/** A key that stands for a folder, as consoles make them. */
export function isFolderKey(key: string): boolean {
  return key.endsWith('/');
}

function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw tooLong(`The key is longer than ${MAX_KEY_BYTES} bytes.`);
  const segments = (isFolderKey(key) ? key.slice(0, -1) : key).split('/');
  for (const segment of segments) {
    const fault = faultOf(segment);
    if (fault !== undefined) {
      throw invalidArgument(`The key cannot be a file of this server: it has ${fault}.`, 'Key', key);
    }
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
      throw tooLong(
        `A part of the key between slashes is longer than ${MAX_SEGMENT_BYTES} bytes, as file names can be.`,
      );
    }
  }
}

function faultOf(segment: string): string | undefined {
  if (segment === '') return 'an empty part, or a slash at its beginning';
  if (segment === '.' || segment === '..') return `"${segment}" for a part`;
  if (segment.includes('\0')) return 'a NUL character';
  if (isPartialName(segment)) return `a part that begins with "${PARTIAL_PREFIX}"`;
  return undefined;
}

function tooLong(message: string): S3Error {
  return new S3Error('KeyTooLongError', 400, message);
}
