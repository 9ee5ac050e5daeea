import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noSuchBucket, S3Error } from '../s3-error.js';
import { faultCode, undefinedIfMissing } from './file-faults.js';
import { isBucketName, type Places } from './places.js';

export interface Bucket {
  readonly name: string;
  readonly createdAt: Date;
}

/** Buckets: the folders of the root whose names are bucket names. */
export class Buckets {
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  async list(): Promise<readonly Bucket[]> {
    const names = await readdir(this.#places.root).catch(undefinedIfMissing);
    const found = await Promise.all((names ?? []).map((name) => this.#find(name)));
    return found.filter((bucket) => bucket !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async exists(name: string): Promise<boolean> {
    return (await this.#find(name)) !== undefined;
  }

  /** @throws S3Error NoSuchBucket */
  async check(name: string): Promise<void> {
    if (!(await this.exists(name))) throw noSuchBucket(name);
  }

  async create(name: string): Promise<void> {
    await mkdir(this.#places.root, { recursive: true });
    try {
      await mkdir(this.#places.bucket(name));
    } catch (error) {
      if (faultCode(error) !== 'EEXIST') throw error;
      throw new S3Error('BucketAlreadyOwnedByYou', 409, `The bucket "${name}" is there already.`, {
        details: { BucketName: name },
      });
    }
  }

  async remove(name: string): Promise<void> {
    if (!(await removeEmptyFolders(this.#places.bucket(name)))) {
      throw new S3Error('BucketNotEmpty', 409, `The bucket "${name}" still holds objects; delete them first.`, {
        details: { BucketName: name },
      });
    }
    await rm(this.#places.sidesOfBucket(name), { recursive: true, force: true });
  }

  async #find(name: string): Promise<Bucket | undefined> {
    if (!isBucketName(name)) return undefined;
    const stats = await stat(this.#places.bucket(name)).catch(undefinedIfMissing);
    return stats?.isDirectory() ? { name, createdAt: stats.birthtime } : undefined;
  }
}

/** Removes a folder that holds nothing but folders. @returns false, with the folder still there, when it holds a file. */
export async function removeEmptyFolders(path: string): Promise<boolean> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory() || !(await removeEmptyFolders(join(path, entry.name)))) return false;
  }
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (faultCode(error) === 'ENOTEMPTY') return false;
    throw error;
  }
}
