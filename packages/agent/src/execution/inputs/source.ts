import { lstat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { downloadPrefix, extractTarGz, type ObjectStore } from '@fleetune/artifacts';
import { ClientFault } from '../attempt-faults.js';
import { asInputFault } from './input-faults.js';

/**
 * Puts a script's source, a folder or a .tar.gz, into the code folder.
 *
 * @throws ClientFault when the source is missing or damaged, or does not hold the entry point.
 */
export async function placeSource(
  store: ObjectStore,
  sourceUri: string,
  entryPoint: string,
  codeFolder: string,
  signal: AbortSignal,
): Promise<void> {
  const inside = normalize(entryPoint);
  if (entryPoint === '' || inside.startsWith('..') || inside.startsWith('/')) {
    throw new ClientFault(
      `The entry point "${entryPoint}" is not a path inside the source. Name a file relative to it.`,
    );
  }
  try {
    if (/\.(tar\.gz|tgz)$/.test(sourceUri)) {
      await extractTarGz(await store.get(sourceUri), codeFolder, sourceUri);
    } else {
      const count = await downloadPrefix(store, sourceUri, codeFolder, { signal });
      if (count === 0) throw new ClientFault(`nothing was found at ${sourceUri}.`);
    }
  } catch (error) {
    throw asInputFault('The source', error);
  }
  const found = await lstat(join(codeFolder, inside)).catch(() => undefined);
  if (!found?.isFile()) {
    throw new ClientFault(`The entry point "${entryPoint}" is not a file in the source ${sourceUri}.`);
  }
}
