import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectEntry } from '../object-store.js';

/** Input data that is wanted on this machine. */
export interface CacheRequest {
  /** Data of one tenant is never given to another, even where both may read it. */
  readonly tenant: string;
  /** Where the objects were listed. */
  readonly uri: string;
  readonly objects: readonly ObjectEntry[];
  /** Files are stored unpacked, without `.gz` in their names. */
  readonly decompress: boolean;
}

export interface CachedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What `entry.json` of an entry says. */
export interface EntryRecord {
  readonly format: 1;
  readonly uri: string;
  readonly files: readonly CachedFile[];
  /** The run of the machine that wrote it: after another one, the bytes are looked at again before they are used. */
  readonly bootId: string;
}

/** The name of what a request asks for: the same for the same bytes of the same tenant, and for nothing else. */
export function cacheKey({ tenant, uri, objects, decompress }: CacheRequest): string {
  const listing = objects.map((object) => [object.uri, object.name, object.sizeBytes, object.version]).sort();
  return createHash('sha256')
    .update(JSON.stringify([1, tenant, uri, decompress, listing]))
    .digest('hex');
}

/** Reads an entry's record; undefined when the entry is not whole. */
export function readEntry(folder: string): EntryRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(join(folder, 'entry.json'), 'utf8')) as EntryRecord;
    const isWhole = record.files.every((file) => statSync(join(folder, 'data', file.name)).size === file.sizeBytes);
    return record.format === 1 && isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

export function entryBytes(record: EntryRecord): number {
  return record.files.reduce((sum, file) => sum + file.sizeBytes, 0);
}
