import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Python as a program of one attempt finds it. Paths are as the program sees them. */
export interface AttemptPython {
  readonly python: string;
  /** Folders to be found first on the PATH. */
  readonly binFolders: readonly string[];
}

/** Keeps pip from telling jobs that they are root, and that there is a newer pip: neither is theirs to change. */
export const QUIET_PIP = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore' } as const;

/**
 * Lays a virtual environment of the attempt's own over one that all jobs share: programs find every package of the shared
 * one, and what they install themselves goes into theirs and ends with the attempt. A dozen system calls, no process.
 *
 * @param python interpreter of the shared environment. One that is in no virtual environment is used as it is.
 * @param folder where to make it; `visibleFolder` is its name inside the sandbox.
 */
export function layAttemptPython(python: string, folder: string, visibleFolder: string): AttemptPython {
  const sharedBin = dirname(python);
  const version = pythonVersion(dirname(sharedBin));
  if (version === undefined) return { python, binFolders: [sharedBin] };
  const { home, minor } = version;
  const bin = join(folder, 'bin');
  const packages = join('lib', `python${minor}`, 'site-packages');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(folder, packages), { recursive: true });
  symlinkSync(realpathSync(python), join(bin, 'python'));
  for (const name of ['python3', `python${minor}`]) symlinkSync('python', join(bin, name));
  for (const name of ['pip', 'pip3']) writeFileSync(join(bin, name), pipScript(visibleFolder), { mode: 0o755 });
  writeFileSync(join(folder, 'pyvenv.cfg'), `home = ${home}\ninclude-system-site-packages = false\n`);
  const shared = join(dirname(sharedBin), packages);
  writeFileSync(join(folder, packages, 'shared.pth'), `import site; site.addsitedir(${JSON.stringify(shared)})\n`);
  return { python: join(visibleFolder, 'bin', 'python'), binFolders: [join(visibleFolder, 'bin'), sharedBin] };
}

function pipScript(folder: string): string {
  return `#!/bin/sh\nexec '${folder}/bin/python' -m pip "$@"\n`;
}

/** Of the virtual environment in a folder; undefined when there is none. */
function pythonVersion(folder: string): { readonly home: string; readonly minor: string } | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, 'pyvenv.cfg'), 'utf8');
  } catch {
    return undefined;
  }
  const home = /^home\s*=\s*(.*)$/m.exec(text)?.[1]?.trim();
  const minor = /^version(?:_info)?\s*=\s*(\d+\.\d+)/m.exec(text)?.[1];
  return home === undefined || minor === undefined ? undefined : { home, minor };
}
