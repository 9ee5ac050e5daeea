import { opendir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { undefinedIfMissing } from '../storage/file-faults.js';
import { isPartialName, MAX_KEY_BYTES } from '../storage/places.js';
import { compareKeys } from './compare-keys.js';

export interface Walk {
  /** Of the bucket. */
  readonly folder: string;
  readonly prefix: string;
  /** Only keys that come after this one. */
  readonly after: string;
  /** True to end at the first slash behind the prefix: folders are then yielded as one, as `folder/`. */
  readonly shallow: boolean;
  /** True where a client put an object whose key ends in a slash. */
  readonly isFolderObject: (key: string) => Promise<boolean>;
}

export interface WalkedKey {
  readonly key: string;
  /** A folder below which there is at least one key. */
  readonly isCommonPrefix: boolean;
}

/** The keys of a bucket in S3's order. Reads no more folders than the keys taken from it need. */
export async function* walkKeys(walk: Walk): AsyncIterable<WalkedKey> {
  const start = walk.prefix.slice(0, walk.prefix.lastIndexOf('/') + 1);
  // A prefix that no path can have has no keys, and must not lead anywhere.
  if (
    start
      .split('/')
      .slice(0, -1)
      .some((part) => part === '' || part === '.' || part === '..')
  )
    return;
  if (walk.prefix.includes('\0')) return;
  yield* walkFolder(walk, start, []);
}

async function* walkFolder(walk: Walk, folderKey: string, links: readonly string[]): AsyncIterable<WalkedKey> {
  const { prefix, after } = walk;
  const path = join(walk.folder, folderKey);
  const entries = await sortedEntries(walk, path, folderKey);
  if (entries === undefined) return;
  if (folderKey !== '' && folderKey.startsWith(prefix) && compareKeys(folderKey, after) > 0) {
    if (await walk.isFolderObject(folderKey)) yield { key: folderKey, isCommonPrefix: false };
  }
  for (const { key, isLink } of entries) {
    if (!key.endsWith('/')) {
      yield { key, isCommonPrefix: false };
      continue;
    }
    const followed = isLink ? await follow(path, join(walk.folder, key), links) : links;
    if (followed === undefined) continue;
    if (walk.shallow && key.startsWith(prefix)) {
      if (await hasKey({ ...walk, prefix: key, shallow: false }, key, followed)) yield { key, isCommonPrefix: true };
    } else {
      yield* walkFolder(walk, key, followed);
    }
  }
}

interface Entry {
  /** With a slash at the end for folders, by which they sort where their keys do. */
  readonly key: string;
  readonly isLink: boolean;
}

/** What lies in a folder and can hold keys of the walk, in the order of the keys; undefined where there is no folder. */
async function sortedEntries(
  { prefix, after }: Walk,
  path: string,
  folderKey: string,
): Promise<readonly Entry[] | undefined> {
  const found: Entry[] = [];
  const entries = await readdir(path, { withFileTypes: true }).catch(undefinedIfMissing);
  if (entries === undefined) return undefined;
  for (const entry of entries) {
    if (isPartialName(entry.name)) continue;
    const isLink = !entry.isFile() && !entry.isDirectory();
    const type = isLink ? await stat(join(path, entry.name)).catch(undefinedIfMissing) : entry;
    if (!type?.isFile() && !type?.isDirectory()) continue;
    const key = `${folderKey}${entry.name}${type.isDirectory() ? '/' : ''}`;
    // Agents can make deeper folders than a key can name.
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) continue;
    const mayMatch = key.startsWith(prefix) || (type.isDirectory() && prefix.startsWith(key));
    const mayFollow = compareKeys(key, after) > 0 || (type.isDirectory() && after.startsWith(key));
    if (mayMatch && mayFollow) found.push({ key, isLink });
  }
  return found.sort((a, b) => compareKeys(a.key, b.key));
}

/** The links gone through once this one is followed; undefined when it leads back to where the walk is. */
async function follow(from: string, link: string, links: readonly string[]): Promise<readonly string[] | undefined> {
  const [here, target] = [await realpath(from), await realpath(link)];
  const leadsBack = here === target || here.startsWith(`${target}/`) || links.includes(target);
  return leadsBack ? undefined : [...links, target];
}

/** True when there is any key below a folder. Takes the first file it meets where it can, without sorting. */
async function hasKey(walk: Walk, folderKey: string, links: readonly string[]): Promise<boolean> {
  if (compareKeys(folderKey, walk.after) > 0) {
    if (await walk.isFolderObject(folderKey)) return true;
    for await (const entry of await opendir(join(walk.folder, folderKey))) {
      if (entry.isFile() && !isPartialName(entry.name)) return true;
    }
  }
  for await (const _key of walkFolder(walk, folderKey, links)) return true;
  return false;
}
