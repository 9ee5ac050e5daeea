import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checksums } from '../body/checksum.js';
import { noSuchUpload } from '../s3-error.js';
import { faultCode, undefinedIfMissing } from './file-faults.js';
import type { KeyLocks } from './key-locks.js';
import type { ObjectDescription } from './object-description.js';
import type { Places } from './places.js';

/** A multipart upload that was begun and neither completed nor aborted. */
export interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAt: Date;
  readonly description: ObjectDescription;
  /** As the client asked, such as `CRC32`. */
  readonly checksumAlgorithm?: string;
  readonly checksumType?: string;
}

export interface Part {
  readonly partNumber: number;
  /** MD5 in hexadecimal. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly checksums: Checksums;
}

const UPLOAD_FILE = 'upload.json';
const PART_RECORD = /^part-(\d+)\.json$/;

/** Multipart uploads: a folder each, with every part and a record of it. */
export class Uploads {
  readonly #places: Places;
  readonly #locks: KeyLocks;

  constructor(places: Places, locks: KeyLocks) {
    this.#places = places;
    this.#locks = locks;
  }

  async begin(upload: Omit<Upload, 'uploadId'>): Promise<Upload> {
    const begun = { ...upload, uploadId: randomBytes(16).toString('hex') };
    const folder = this.#folder(begun.uploadId);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, UPLOAD_FILE), JSON.stringify(begun));
    return begun;
  }

  /** @throws S3Error NoSuchUpload, also for an upload of another object. */
  async get(uploadId: string, bucket: string, key: string): Promise<Upload> {
    const upload = /^[0-9a-f]{32}$/.test(uploadId) ? await this.#read(uploadId) : undefined;
    if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload(uploadId);
    return upload;
  }

  /** The uploads to a bucket, by key and then by age. */
  async list(bucket: string): Promise<readonly Upload[]> {
    const ids = (await readdir(this.#places.uploads).catch(undefinedIfMissing)) ?? [];
    const uploads = await Promise.all(ids.map((id) => this.#read(id)));
    return uploads
      .filter((upload) => upload?.bucket === bucket)
      .filter((upload) => upload !== undefined)
      .sort((a, b) => (a.key === b.key ? a.initiatedAt.getTime() - b.initiatedAt.getTime() : a.key < b.key ? -1 : 1));
  }

  /** Makes a finished file a part, in the place of one with its number. @throws S3Error NoSuchUpload when the upload ended. */
  async keepPart(uploadId: string, path: string, part: Part): Promise<void> {
    const target = this.partPath(uploadId, part.partNumber);
    await this.#locks.run(target, async () => {
      try {
        await rename(path, target);
        await writeFile(`${target}.json`, JSON.stringify(part));
      } catch (error) {
        throw faultCode(error) === 'ENOENT' ? noSuchUpload(uploadId) : error;
      }
    });
  }

  /** By number. */
  async parts(uploadId: string): Promise<readonly Part[]> {
    const names = (await readdir(this.#folder(uploadId)).catch(undefinedIfMissing)) ?? [];
    const numbers = names.flatMap((name) => PART_RECORD.exec(name)?.[1] ?? []).map(Number);
    const parts = await Promise.all(
      numbers.map((number) => {
        const path = this.partPath(uploadId, number);
        return this.#locks.run(path, () => readRecord<Part>(`${path}.json`));
      }),
    );
    return parts
      .filter((part) => part !== undefined)
      .map((part) => ({ ...part, modifiedAt: new Date(part.modifiedAt) }))
      .sort((a, b) => a.partNumber - b.partNumber);
  }

  /** Ends an upload; its parts go. */
  async end(uploadId: string): Promise<void> {
    // Parts that arrive meanwhile may land in the folder while it is being emptied.
    await rm(this.#folder(uploadId), { recursive: true, force: true, maxRetries: 5 });
  }

  partPath(uploadId: string, partNumber: number): string {
    return join(this.#folder(uploadId), `part-${partNumber}`);
  }

  #folder(uploadId: string): string {
    return join(this.#places.uploads, uploadId);
  }

  async #read(uploadId: string): Promise<Upload | undefined> {
    const upload = await readRecord<Upload>(join(this.#folder(uploadId), UPLOAD_FILE));
    return upload && { ...upload, initiatedAt: new Date(upload.initiatedAt) };
  }
}

/** A record of ours; undefined where none is, or one that a crash cut short. */
async function readRecord<Record>(path: string): Promise<Record | undefined> {
  const text = await readFile(path, 'utf8').catch(undefinedIfMissing);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Record);
  } catch {
    return undefined;
  }
}
