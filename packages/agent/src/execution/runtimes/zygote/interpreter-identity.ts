import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A virtual environment that an attempt lays for itself is a dozen entries; one with more is not copied. */
const MOST_ENTRIES = 40;

/**
 * Tells one interpreter from another at the same path: by what the links and small files of its environment say, or by
 * the file itself.
 *
 * @param interpreter as the agent reaches it.
 * @param isOfAttempt whether it lies in the attempt's own folder.
 * @returns undefined when the environment holds more than what the agent itself puts there.
 */
export function interpreterIdentity(interpreter: string, isOfAttempt: boolean): string | undefined {
  if (!isOfAttempt) {
    const found = statSync(interpreter, { throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.dev}:${found.ino}:${found.mtimeMs}`;
  }
  const lines: string[] = [];
  const folders = [dirname(dirname(interpreter))];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(folder).sort()) {
      if (lines.length === MOST_ENTRIES) return undefined;
      const path = join(folder, name);
      const found = lstatSync(path);
      if (found.isDirectory()) folders.push(path);
      lines.push(`${path} ${found.isSymbolicLink() ? readlinkSync(path) : found.isFile() ? readFileSync(path) : ''}`);
    }
  }
  return lines.join('\n').replaceAll(dirname(dirname(interpreter)), '');
}
