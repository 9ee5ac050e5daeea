import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const NOBODY = 65534;
/** What an installation for one user has on its path. Other programs may be in somebody's home. */
const PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Makes the tests of this file those of an ordinary user, with a home of its own and a secret in it. Every test file has
 * a process of its own, and this one gives up being root. Who is not root stays who they are.
 */
export function ordinaryUser(): { readonly home: string; readonly secretFile: string } {
  const home = mkdtempSync(join(tmpdir(), 'fleetune-ordinary-user-'));
  const secretFile = join(home, 'secret');
  writeFileSync(secretFile, 'hunter2');
  beforeAll(() => {
    if (process.getuid?.() !== 0) return;
    for (const path of [home, secretFile]) chownSync(path, NOBODY, NOBODY);
    process.setgroups?.([NOBODY]);
    process.setgid?.(NOBODY);
    process.setuid?.(NOBODY);
    Object.assign(process.env, { HOME: home, PATH });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return { home, secretFile };
}
