import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ArtifactStoreError } from '../artifact-errors.js';
import { inParallel } from '../in-parallel.js';
import type { ObjectEntry, ObjectStore } from '../object-store.js';
import { readResuming } from '../read-resuming.js';
import type { CachedFile, CacheRequest, EntryRecord } from './cache-entry.js';

/**
 * Fetches what a request asks for into `folder`, which is nobody's yet. Each object must be the one that was listed and
 * have as many bytes as the listing said; what was written is remembered by its SHA-256.
 */
export async function fillEntry(
  store: ObjectStore,
  request: CacheRequest,
  folder: string,
  bootId: string,
  signal: AbortSignal,
): Promise<EntryRecord> {
  const files: CachedFile[] = [];
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  await inParallel(request.objects, async (object) => {
    files.push(await fetchFile(store, object, request.decompress, data, signal));
  });
  files.sort((one, other) => (one.name < other.name ? -1 : 1));
  const record: EntryRecord = { format: 1, uri: request.uri, files, bootId };
  await writeFile(join(folder, 'entry.json'), JSON.stringify(record));
  return record;
}

/** True when every file of an entry still has the bytes that were written. */
export async function isIntact(folder: string, record: EntryRecord): Promise<boolean> {
  let intact = true;
  await inParallel(record.files, async (file) => {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, 'data', file.name)), hash).catch(() => undefined);
    intact &&= hash.digest('hex') === file.sha256;
  });
  return intact;
}

async function fetchFile(
  store: ObjectStore,
  object: ObjectEntry,
  decompress: boolean,
  data: string,
  signal: AbortSignal,
): Promise<CachedFile> {
  const name = decompress ? object.name.replace(/\.gz$/, '') : object.name;
  const path = join(data, name);
  if (!path.startsWith(data + sep)) {
    throw new ArtifactStoreError('read', object.uri, new Error(`its name "${name}" leads out of the folder`));
  }
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const source = readResuming(store, object, signal);
  const steps = decompress ? [source, createGunzip(), measure] : [source, measure];
  await pipeline([...steps, createWriteStream(path, { flags: 'wx' })], { signal });
  return { name, sizeBytes, sha256: hash.digest('hex') };
}
