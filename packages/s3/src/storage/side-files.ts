import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isRecord } from '../xml.js';
import type { ObjectRecord, StoredObject } from './object-description.js';
import { isFolderKey, type Places } from './places.js';

/** A record, and which version of the file it is about. */
interface SideFile extends ObjectRecord {
  readonly version: string;
}

/** Keeps what S3 knows of an object and a file does not, in a file of its own that no listing shows. */
export class SideFiles {
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  /** The record of exactly this version of the file; undefined when somebody else wrote the file. */
  async read(bucket: string, key: string, stats: BigIntStats): Promise<ObjectRecord | undefined> {
    const text = await readFile(this.#places.side(bucket, key), 'utf8').catch(() => undefined);
    const side = text === undefined ? undefined : parse(text);
    return side?.version === versionOf(key, stats) && side.key === key ? side : undefined;
  }

  async write(bucket: string, record: ObjectRecord, stats: BigIntStats): Promise<void> {
    const path = this.#places.side(bucket, record.key);
    const side: SideFile = { ...record, version: versionOf(record.key, stats) };
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(side));
  }

  async remove(bucket: string, key: string): Promise<void> {
    await rm(this.#places.side(bucket, key), { force: true });
  }
}

/** A file with its record, or as much as can be said of a file without one. */
export function storedObject(key: string, stats: BigIntStats, record: ObjectRecord | undefined): StoredObject {
  return {
    key,
    headers: record?.headers ?? {},
    metadata: record?.metadata ?? {},
    checksums: record?.checksums ?? {},
    etag: record?.etag ?? etagOfVersion(key, stats),
    recordedEtag: record?.etag,
    sizeBytes: isFolderKey(key) ? 0 : Number(stats.size),
    modifiedAt: stats.mtime,
  };
}

/**
 * For files that did not come through S3. It changes with the file and costs no reading of gigabytes, and its form is the one
 * of multipart uploads, by which clients know that it is no MD5.
 */
function etagOfVersion(key: string, stats: BigIntStats): string {
  return `${createHash('md5')
    .update(`${stats.ino} ${versionOf(key, stats)}`)
    .digest('hex')}-1`;
}

function versionOf(key: string, { size, mtimeNs }: BigIntStats): string {
  // A folder changes with what is put into it, and stays the same object.
  return isFolderKey(key) ? 'folder' : `${size} ${mtimeNs}`;
}

function parse(text: string): SideFile | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? (value as unknown as SideFile) : undefined;
  } catch {
    // Half written: a crash, or a writer at work.
    return undefined;
  }
}
