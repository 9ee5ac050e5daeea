import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../execution.fixture.js';
import { bubblewrapSandbox } from './bubblewrap.js';
import { namespacesSandbox } from './namespaces.js';

const SANDBOXES = { bubblewrap: bubblewrapSandbox, namespaces: namespacesSandbox };

/** Tries what an installer may and may not do; prints what worked. */
const ATTEMPTS = `
cat "$1/password" 2>/dev/null && echo "read the secret"
touch "$2/file" 2>/dev/null && echo "wrote outside"
touch "$HOME/.fleetune-test" 2>/dev/null && echo "wrote into the home"
touch "$1/attempts/one/code/file" 2>/dev/null && echo "changed the source"
umount "$1" 2>/dev/null && echo "took the cover away"
mount -o remount,rw / 2>/dev/null && echo "took the write protection away"
cat "$1/attempts/one/code/requirements.txt" "$1/environments/base/module"
touch "$3/installed" && echo "installed in $PWD"
`;

describe.each(['bubblewrap', 'namespaces'] as const)('an installer behind the walls of %s', (kind) => {
  test('writes to one folder only, and reads of what is hidden only its source and the environments', () => {
    const hidden = temporaryFolder();
    const outside = temporaryFolder();
    const source = join(hidden, 'attempts', 'one', 'code');
    const environments = join(hidden, "the user's environments");
    const base = join(hidden, 'environments', 'base');
    const writable = join(hidden, 'environments', 'made now');
    for (const folder of [source, environments, base, writable]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(hidden, 'password'), 'hunter2');
    writeFileSync(join(source, 'requirements.txt'), 'the source\n');
    writeFileSync(join(base, 'module'), 'the base\n');

    const walls = SANDBOXES[kind]([hidden], [join(hidden, 'environments')]).confine({ writable, readable: [source] });
    const [program = '', ...args] = [...walls, '/bin/sh', '-c', ATTEMPTS, 'sh', hidden, outside, writable];
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: source, encoding: 'utf8' });
    expect({ stdout, stderr, status }).toMatchObject({
      stdout: `the source\nthe base\ninstalled in ${source}\n`,
      status: 0,
    });
    expect(readdirSync(writable)).toEqual(['installed']);
    expect(readdirSync(outside)).toEqual([]);
    expect(readFileSync(join(hidden, 'password'), 'utf8')).toBe('hunter2');
    expect(existsSync(join(process.env.HOME ?? '', '.fleetune-test'))).toBe(false);
  });

  test('has the network, and ends with the exit code of its program', () => {
    const writable = temporaryFolder();
    const walls = SANDBOXES[kind]([], []).confine({ writable, readable: [] });
    const [program = '', ...args] = [...walls, 'sh', '-c', 'cat /proc/net/dev; exit 7'];
    const { status, stdout } = spawnSync(program, args, { cwd: writable, encoding: 'utf8' });
    const devices = (text: string) => text.split('\n').flatMap((line) => /^\s*(\w+):/.exec(line)?.[1] ?? []);
    expect(status).toBe(7);
    expect(devices(stdout)).toEqual(devices(readFileSync('/proc/net/dev', 'utf8')));
  });
});
