import { text } from 'node:stream/consumers';
import { ArtifactNotFoundError, InvalidManifestError } from '../artifact-errors.js';
import { inParallel } from '../in-parallel.js';
import type { ObjectEntry, ObjectStore } from '../object-store.js';

const LOOK_UPS_AT_ONCE = 32;

/**
 * The objects that a manifest names, in its order: `[{"prefix": "s3://bucket/folder/"}, "a.csv", "deep/b.csv"]`. Each is
 * called by its path after the prefix. One that is named twice is there once.
 *
 * @throws InvalidManifestError when it is not such a list, ArtifactNotFoundError naming an object that is not there.
 */
export async function manifestObjects(store: ObjectStore, manifestUri: string): Promise<readonly ObjectEntry[]> {
  const { prefix, names } = parseManifest(manifestUri, await text(await store.get(manifestUri)));
  const found: ObjectEntry[] = [];
  await inParallel(
    names.entries(),
    async ([position, name]) => {
      const uri = `${prefix}${name}`;
      const facts = await store.facts(uri);
      if (facts === undefined) throw new ArtifactNotFoundError(uri);
      found[position] = { uri, name, ...facts };
    },
    LOOK_UPS_AT_ONCE,
  );
  return found;
}

function parseManifest(uri: string, content: string): { readonly prefix: string; readonly names: readonly string[] } {
  const list = parsed(uri, content);
  if (!Array.isArray(list)) throw new InvalidManifestError(uri, 'it is not a JSON list');
  const [first, ...rest] = list as unknown[];
  const prefix = (first as { prefix?: unknown } | null | undefined)?.prefix;
  if (typeof prefix !== 'string') {
    throw new InvalidManifestError(uri, 'its first element is not {"prefix": "s3://..."}');
  }
  const names = new Set<string>();
  for (const [position, name] of rest.entries()) {
    if (typeof name !== 'string' || !isRelativePath(name)) {
      const shown = JSON.stringify(name)?.slice(0, 200);
      throw new InvalidManifestError(uri, `element ${position + 1}, ${shown}, is not a path below the prefix`);
    }
    names.add(name);
  }
  return { prefix, names: [...names] };
}

function parsed(uri: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new InvalidManifestError(uri, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** True for what can be the path of a file in a folder. */
function isRelativePath(name: string): boolean {
  return !name.includes('\0') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
