import { createInterface } from 'node:readline';
import { InvalidManifestError } from '../artifact-errors.js';
import type { ObjectStore } from '../object-store.js';

/** One value of a line: a piece of text, or the object that it names. */
export type AttributeValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'object'; readonly uri: string };

/**
 * Reads JSON lines and takes the named attributes of each, in that order. An attribute whose name ends with `-ref` holds
 * the URI of an object; of any other, text stands for itself and everything else for its JSON.
 *
 * @throws InvalidManifestError naming the line that is not such JSON or lacks an attribute.
 */
export async function* augmentedManifestLines(
  store: ObjectStore,
  manifestUri: string,
  attributeNames: readonly string[],
): AsyncGenerator<readonly AttributeValue[]> {
  let number = 0;
  const lines = createInterface({ input: await store.get(manifestUri), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    yield attributesOf(
      line,
      attributeNames,
      (fault) => new InvalidManifestError(manifestUri, `line ${number} ${fault}`),
    );
  }
}

function attributesOf(
  line: string,
  names: readonly string[],
  faulty: (fault: string) => InvalidManifestError,
): readonly AttributeValue[] {
  let object: unknown;
  try {
    object = JSON.parse(line);
  } catch {
    throw faulty('is not JSON');
  }
  if (typeof object !== 'object' || object === null) throw faulty('is not a JSON object');
  return names.map((name) => {
    if (!Object.hasOwn(object, name)) throw faulty(`has no "${name}"`);
    const value = (object as Record<string, unknown>)[name];
    if (!name.endsWith('-ref')) {
      return { kind: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) };
    }
    if (typeof value !== 'string') throw faulty(`has something else than a URI in "${name}"`);
    return { kind: 'object', uri: value };
  });
}
