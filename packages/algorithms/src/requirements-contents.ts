import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** `-r other.txt`, `--constraint=other.txt`. */
const INCLUSION = /^(?:-[rc]|--requirement|--constraint)[\s=]*(\S.*)$/;
const EDITABLE = /^(?:-e|--editable)\b/;
/** A path rather than a name or an address, before extras and markers. */
const LOCAL_PATH = /^(?!-)(?!\S*:\/\/)([^\s;[]*\/[^\s;[]*|[^\s;[]+\.(?:whl|zip|tar\.gz))/;

/** The requirements list what an environment of their own cannot have. */
export class UnusableRequirementError extends Error {
  override readonly name = 'UnusableRequirementError';
}

/**
 * Reads all that decides what a requirements file installs: its text, the files it includes, and the archives it names
 * by path. Each is given with its name, in the order in which they are read.
 *
 * @throws UnusableRequirementError for what leads out of the file's folder, is missing, or is a folder to be built: an
 *   environment outlives the source it was made for.
 */
export async function requirementsContents(file: string): Promise<readonly (string | Uint8Array)[]> {
  const folder = await realpath(dirname(file));
  const contents: (string | Uint8Array)[] = [];
  const seen = new Set<string>();

  const read = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = await readFile(path, 'utf8');
    contents.push(path.slice(folder.length), text);
    for (const line of requirementLines(text)) {
      if (EDITABLE.test(line)) {
        throw new UnusableRequirementError(
          `"${line}" cannot be installed: an environment is kept and the source is not. Import the code from the source.`,
        );
      }
      const included = INCLUSION.exec(line)?.[1];
      if (included !== undefined && !included.includes('://')) {
        // pip looks for included files beside the file that includes them.
        await read(await inside(folder, resolve(dirname(path), included), line));
        continue;
      }
      const local = LOCAL_PATH.exec(line)?.[1];
      if (local !== undefined)
        contents.push(local, await archive(await inside(folder, resolve(folder, local), line), line));
    }
  };
  await read(join(folder, basename(file)));
  return contents;
}

function requirementLines(text: string): string[] {
  const joined = text.replace(/\\\r?\n/g, '');
  return joined.split(/\r?\n/).flatMap((line) => line.replace(/(^|\s)#.*$/, '').trim() || []);
}

async function inside(folder: string, path: string, line: string): Promise<string> {
  const real = await realpath(path).catch(() => {
    throw new UnusableRequirementError(`"${line}" names a file that the source does not have.`);
  });
  if (!real.startsWith(folder + sep)) throw new UnusableRequirementError(`"${line}" leads out of the source.`);
  return real;
}

async function archive(path: string, line: string): Promise<Uint8Array> {
  if ((await stat(path)).isFile()) return readFile(path);
  throw new UnusableRequirementError(
    `"${line}" is a folder. Build a wheel of it and list that, or import the code from the source.`,
  );
}
