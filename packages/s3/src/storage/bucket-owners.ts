import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { undefinedIfMissing } from './file-faults.js';
import type { Places } from './places.js';

/**
 * Whose each bucket is: the tenant's that made it. A folder that came to be otherwise, by an agent or by hand, is nobody's
 * until somebody is named for it.
 */
export class BucketOwners {
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  async find(bucket: string): Promise<string | undefined> {
    return (await readFile(this.#places.owner(bucket), 'utf8').catch(undefinedIfMissing))?.trim();
  }

  async record(bucket: string, tenant: string): Promise<void> {
    await mkdir(this.#places.sidesOfBucket(bucket), { recursive: true });
    await writeFile(this.#places.owner(bucket), `${tenant}\n`);
  }
}
