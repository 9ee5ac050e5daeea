import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PythonProgram } from './python-program.js';

const MOST_FILES = 64;
const MOST_BYTES = 1024 * 1024;

/** The Python text that tells what a program imports. */
export interface ProgramSources {
  readonly texts: readonly string[];
  readonly digest: string;
  /** Names that the program's own folders have, as modules: they come before installed ones of the same name. */
  readonly ownModules: ReadonlySet<string>;
}

/**
 * Reads the program, and what lies beside it.
 *
 * @param workingFolder where it will start, as the agent reaches it.
 * @param searched further folders that it finds modules in before the installed ones, as the agent reaches them.
 * @param reach gives the place on this host of a path that the program sees.
 */
export function programSources(
  program: PythonProgram,
  workingFolder: string,
  searched: readonly string[],
  reach: (path: string) => string,
): ProgramSources {
  const folder = program.kind === 'file' ? dirname(resolve(workingFolder, reach(program.target))) : workingFolder;
  const entries = listFolder(folder);
  const texts = program.kind === 'code' ? [program.target] : readTexts(folder, entries);
  const hash = createHash('sha256').update(program.kind === 'module' ? program.target : '');
  for (const text of texts) hash.update(text).update('\0');
  const inAll = [...entries, ...searched.filter((other) => other !== folder).flatMap(listFolder)];
  const ownModules = new Set(inAll.map((name) => name.replace(/\.(py|pyc|so|[\w-]+\.so)$/, '')));
  return { texts, digest: hash.digest('hex'), ownModules };
}

/** Nothing of a folder that is reached through links. */
function listFolder(folder: string): string[] {
  try {
    return realpathSync(folder) === folder ? readdirSync(folder).sort() : [];
  } catch {
    return [];
  }
}

/** Files of the folder itself: packages in it are seldom large, and what only they import is imported in the child. */
function readTexts(folder: string, entries: readonly string[]): string[] {
  let left = MOST_BYTES;
  const texts: string[] = [];
  for (const name of entries.filter((entry) => entry.endsWith('.py')).slice(0, MOST_FILES)) {
    try {
      const path = join(folder, name);
      // A link could lead to what only the agent may read.
      const found = lstatSync(path);
      if (!found.isFile() || found.size > left) continue;
      texts.push(readFileSync(path, 'utf8'));
      left -= found.size;
    } catch {
      // The program itself will say so if it needs it.
    }
  }
  return texts;
}
