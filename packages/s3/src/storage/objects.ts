import type { BigIntStats } from 'node:fs';
import { constants, copyFile, type FileHandle, link, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { invalidRequest, noSuchKey, preconditionFailed, S3Error } from '../s3-error.js';
import { type Buckets, removeEmptyFolders } from './buckets.js';
import { faultCode, undefinedIfMissing } from './file-faults.js';
import type { KeyLocks } from './key-locks.js';
import type { ObjectRecord, StoredObject } from './object-description.js';
import { isFolderKey, type Places } from './places.js';
import { type SideFiles, storedObject } from './side-files.js';

/** What must hold of the object that is there when a new one takes its place. */
export interface ReplaceCondition {
  /** Nothing may be there. */
  readonly ifNoneMatch: boolean;
  /** The ETag of what is there must satisfy this; undefined when nothing is. */
  readonly allows?: (current: StoredObject | undefined) => void;
}

/** An object and the open file of exactly its bytes, which later writers do not touch. To be closed by whoever opened it. */
export interface OpenObject {
  readonly object: StoredObject;
  readonly file: FileHandle;
}

/** Objects: the files of a bucket, with what is recorded beside them. */
export class Objects {
  readonly #places: Places;
  readonly #buckets: Buckets;
  readonly #sides: SideFiles;
  readonly #locks: KeyLocks;

  constructor(places: Places, buckets: Buckets, sides: SideFiles, locks: KeyLocks) {
    this.#places = places;
    this.#buckets = buckets;
    this.#sides = sides;
    this.#locks = locks;
  }

  /** Undefined where no object of that key is. */
  async find(bucket: string, key: string): Promise<StoredObject | undefined> {
    const path = this.#places.object(bucket, key);
    const first = await stat(path, { bigint: true }).catch(undefinedIfMissing);
    if (first === undefined || !isObject(key, first)) return undefined;
    const record = await this.#sides.read(bucket, key, first);
    if (record !== undefined) return storedObject(key, first, record);
    // A writer may be between the file and its record.
    return this.#locks.run(path, () => this.#findLocked(bucket, key, path));
  }

  /** @throws S3Error NoSuchKey */
  async get(bucket: string, key: string): Promise<StoredObject> {
    const found = await this.find(bucket, key);
    if (found === undefined) throw await this.#missing(bucket, key);
    return found;
  }

  /** @throws S3Error NoSuchKey */
  async open(bucket: string, key: string): Promise<OpenObject> {
    const path = this.#places.object(bucket, key);
    const opened = await this.#locks.run(path, async () => {
      // Without waiting, which a named pipe in the folder would otherwise make us do for ever.
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(undefinedIfMissing);
      if (file === undefined) return undefined;
      try {
        const stats = await file.stat({ bigint: true });
        const object = isObject(key, stats) ? await this.#described(bucket, key, stats) : undefined;
        if (object !== undefined) return { file, object };
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
      return undefined;
    });
    if (opened === undefined) throw await this.#missing(bucket, key);
    return opened;
  }

  /**
   * Makes a finished file the object of a key, as a whole: readers see the old object or the new one.
   *
   * @param path where the file lies; it is moved away.
   * @throws S3Error when the bucket is gone, a condition does not hold, or the key is a file and a folder at once.
   */
  async put(bucket: string, path: string, record: ObjectRecord, condition?: ReplaceCondition): Promise<StoredObject> {
    const { key } = record;
    const target = this.#places.object(bucket, key);
    return this.#locks.run(target, async () => {
      await this.#buckets.check(bucket);
      condition?.allows?.(await this.#findLocked(bucket, key, target));
      // A record of the object before must never be taken for one of the new.
      await this.#sides.remove(bucket, key);
      if (isFolderKey(key)) await makeFolder(path, target, key);
      else await this.#place(path, target, key, condition?.ifNoneMatch === true);
      const stats = await stat(target, { bigint: true });
      await this.#sides.write(bucket, record, stats);
      return storedObject(key, stats, record);
    });
  }

  /** Deletes what is there, if anything is. */
  async remove(bucket: string, key: string): Promise<void> {
    const path = this.#places.object(bucket, key);
    await this.#locks.run(path, async () => {
      if ((await this.#findLocked(bucket, key, path)) === undefined) return;
      if (isFolderKey(key)) await rmdir(path).catch(() => undefined);
      else await rm(path, { force: true });
      await this.#sides.remove(bucket, key);
    });
  }

  /**
   * Copies the bytes of an object over the file at `target`.
   *
   * @returns what was copied. @throws S3Error NoSuchKey, or OperationAborted when it was replaced again and again meanwhile.
   */
  async copyTo(bucket: string, key: string, target: string): Promise<StoredObject> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const object = await this.get(bucket, key);
      if (isFolderKey(key)) return object;
      // A clone shares the blocks where the file system can, and is an ordinary copy elsewhere.
      await copyFile(this.#places.object(bucket, key), target, constants.COPYFILE_FICLONE).catch(undefinedIfMissing);
      const after = await this.find(bucket, key);
      if (after?.etag === object.etag && after.modifiedAt.getTime() === object.modifiedAt.getTime()) return object;
    }
    throw new S3Error('OperationAborted', 409, `The object "${key}" is being replaced all the time; try again.`);
  }

  async #findLocked(bucket: string, key: string, path: string): Promise<StoredObject | undefined> {
    const stats = await stat(path, { bigint: true }).catch(undefinedIfMissing);
    return stats === undefined || !isObject(key, stats) ? undefined : this.#described(bucket, key, stats);
  }

  async #described(bucket: string, key: string, stats: BigIntStats): Promise<StoredObject | undefined> {
    const record = await this.#sides.read(bucket, key, stats);
    // A folder is an object only where a client has put one.
    return record === undefined && isFolderKey(key) ? undefined : storedObject(key, stats, record);
  }

  async #missing(bucket: string, key: string) {
    await this.#buckets.check(bucket);
    return noSuchKey(key);
  }

  /** Moves a file into place, making the folders on the way. */
  async #place(path: string, target: string, key: string, onlyIfFree: boolean): Promise<void> {
    const move = onlyIfFree ? link : rename;
    for (let attempt = 0; ; attempt++) {
      try {
        await mkdir(dirname(target), { recursive: true });
        return await move(path, target);
      } catch (error) {
        switch (faultCode(error)) {
          case 'EEXIST':
            if (onlyIfFree && (await stat(target).catch(undefinedIfMissing))?.isFile()) {
              throw preconditionFailed('If-None-Match');
            }
            if (await isEmptiedFolder(target)) break;
            throw fileAndFolder(key);
          case 'EISDIR':
            // Folders stay when their last object goes, because an agent may be about to write into them.
            if (await isEmptiedFolder(target)) break;
            throw fileAndFolder(key);
          case 'ENOTDIR':
            throw fileAndFolder(key);
          case 'EXDEV':
            return this.#placeFromOtherDisk(path, target, move);
          case 'ENOENT':
            // The folder was removed between the two steps.
            break;
          default:
            throw error;
        }
        if (attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  async #placeFromOtherDisk(path: string, target: string, move: typeof rename): Promise<void> {
    const beside = this.#places.besideObject(dirname(target), basename(path));
    try {
      await copyFile(path, beside);
      await move(beside, target);
    } catch (error) {
      if (move === link && faultCode(error) === 'EEXIST') throw preconditionFailed('If-None-Match');
      throw error;
    } finally {
      await rm(beside, { force: true });
    }
  }
}

const MAX_ATTEMPTS = 5;

function isObject(key: string, stats: BigIntStats): boolean {
  return isFolderKey(key) ? stats.isDirectory() : stats.isFile();
}

/** The object of a folder key: a folder, for which there must be no bytes. */
async function makeFolder(path: string, target: string, key: string): Promise<void> {
  if ((await stat(path)).size > 0) {
    throw invalidRequest(`The key "${key}" ends in a slash, so it is a folder here and can hold no bytes.`);
  }
  try {
    await mkdir(target, { recursive: true });
  } catch (error) {
    const code = faultCode(error);
    throw code === 'EEXIST' || code === 'ENOTDIR' ? fileAndFolder(key) : error;
  }
}

async function isEmptiedFolder(path: string): Promise<boolean> {
  const isFolder = (await stat(path).catch(undefinedIfMissing))?.isDirectory() === true;
  return isFolder && removeEmptyFolders(path);
}

function fileAndFolder(key: string) {
  return invalidRequest(
    `The key "${key}" cannot be put here: objects are files, and a file of this name would have to be a folder too. Delete the object that is in its way, or choose another key.`,
  );
}
