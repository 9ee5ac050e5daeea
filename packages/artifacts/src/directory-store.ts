import type { Dirent, Stats } from 'node:fs';
import { open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  ArtifactAccessDeniedError,
  ArtifactChangedError,
  ArtifactExistsError,
  ArtifactNotFoundError,
  ArtifactStoreError,
  type StoreAction,
} from './artifact-errors.js';
import { isPartialName, linkFileAtomically, writeFileAtomically } from './atomic-write.js';
import type { LazyMount } from './lazy-mount/lazy-mount.js';
import type { GetOptions, ObjectBody, ObjectEntry, ObjectFacts, ObjectStore, PutOptions } from './object-store.js';

/** How a family of URIs lies in the file system. */
export interface DirectoryLayout {
  /** @throws InvalidArtifactUriError for a URI outside the layout. */
  pathOf(uri: string): string;
  uriOf(path: string): string;
  /** True when a prefix also means the siblings whose names begin with its last part (S3's key prefixes). */
  readonly keyPrefixes: boolean;
}

/** Objects are files; a prefix is a folder. */
export class DirectoryStore implements ObjectStore {
  readonly #layout: DirectoryLayout;

  constructor(layout: DirectoryLayout) {
    this.#layout = layout;
  }

  async get(uri: string, { fromByte = 0, ifVersion }: GetOptions = {}): Promise<Readable> {
    const path = this.#layout.pathOf(uri);
    try {
      const handle = await open(path);
      const found = await handle.stat();
      const isWanted = ifVersion === undefined || versionOf(found) === ifVersion;
      if (found.isFile() && isWanted) return handle.createReadStream({ start: fromByte });
      await handle.close();
      if (found.isFile()) throw new ArtifactChangedError(uri);
    } catch (error) {
      throw translated('read', uri, error);
    }
    throw new ArtifactNotFoundError(uri);
  }

  async put(uri: string, body: ObjectBody, { ifAbsent = false }: PutOptions = {}): Promise<void> {
    try {
      await writeFileAtomically(this.#layout.pathOf(uri), body, { durably: true, replace: !ifAbsent });
    } catch (error) {
      if (ifAbsent && (error as NodeJS.ErrnoException).code === 'EEXIST') throw new ArtifactExistsError(uri);
      throw translated('write', uri, error);
    }
  }

  async copy(fromUri: string, toUri: string): Promise<void> {
    try {
      await linkFileAtomically(this.#layout.pathOf(fromUri), this.#layout.pathOf(toUri));
    } catch (error) {
      throw translated('copy', fromUri, error);
    }
  }

  async delete(uri: string): Promise<void> {
    try {
      await rm(this.#layout.pathOf(uri), { force: true });
    } catch (error) {
      throw translated('delete', uri, error);
    }
  }

  async *list(prefixUri: string): AsyncIterable<ObjectEntry> {
    const path = this.#layout.pathOf(prefixUri);
    try {
      for (const [root, below] of await this.#roots(prefixUri, path)) yield* this.#walk(root, below, new Set());
    } catch (error) {
      throw translated('list', prefixUri, error);
    }
  }

  async exists(uri: string): Promise<boolean> {
    return (await this.facts(uri)) !== undefined;
  }

  async facts(uri: string): Promise<ObjectFacts | undefined> {
    const found = await statOrUndefined(this.#layout.pathOf(uri));
    return found?.isFile() ? { sizeBytes: found.size, version: versionOf(found) } : undefined;
  }

  async mount(): Promise<LazyMount> {
    return { kind: 'unavailable', because: 'it lies in a folder of this machine' };
  }

  async localPath(prefixUri: string): Promise<string | undefined> {
    const path = this.#layout.pathOf(prefixUri);
    const roots = await this.#roots(prefixUri, path);
    const [only] = roots;
    return roots.length === 1 && only?.[0] === path ? realpath(path) : undefined;
  }

  /** The files and folders that a prefix means, each with the name its content goes by below the prefix. */
  async #roots(prefixUri: string, path: string): Promise<readonly (readonly [path: string, below: string])[]> {
    const found = await statOrUndefined(path);
    const folderOnly = prefixUri.endsWith('/');
    const exact: [string, string][] = [];
    if (found?.isDirectory()) exact.push([path, '']);
    else if (found?.isFile() && !folderOnly) exact.push([path, basename(path)]);
    if (!this.#layout.keyPrefixes || folderOnly) return exact;
    const siblings = await readdir(dirname(path)).catch(() => []);
    const stem = basename(path);
    for (const name of siblings) {
      if (name !== stem && name.startsWith(stem) && !isPartialName(name)) exact.push([join(dirname(path), name), name]);
    }
    return exact;
  }

  async *#walk(path: string, name: string, ancestors: ReadonlySet<string>): AsyncIterable<ObjectEntry> {
    const found = await statOrUndefined(path);
    if (found?.isFile())
      yield { uri: this.#layout.uriOf(path), name, sizeBytes: found.size, version: versionOf(found) };
    if (!found?.isDirectory()) return;
    // Links to folders are followed, but never in a circle.
    const real = await realpath(path);
    if (ancestors.has(real)) return;
    const within = new Set(ancestors).add(real);
    const entries: Dirent[] = await readdir(path, { withFileTypes: true });
    for (const entry of entries) {
      if (isPartialName(entry.name)) continue;
      yield* this.#walk(join(path, entry.name), name === '' ? entry.name : `${name}/${entry.name}`, within);
    }
  }
}

function versionOf(found: Stats): string {
  return `${found.ino}-${found.size}-${found.mtimeMs}`;
}

async function statOrUndefined(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

function translated(action: StoreAction, uri: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if ((action === 'read' || action === 'copy') && isMissing(error)) return new ArtifactNotFoundError(uri);
  if (error.code === 'EACCES' || error.code === 'EPERM') return new ArtifactAccessDeniedError(uri, error);
  return new ArtifactStoreError(action, uri, error);
}
