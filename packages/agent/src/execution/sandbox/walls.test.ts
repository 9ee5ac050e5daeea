import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, makeExecutor, makeOrder, python, runAttempt, temporaryFolder } from '../execution.fixture.js';

describe.each(['bubblewrap', 'namespaces'] as const)('walls of %s', (sandbox) => {
  test('hide what must be hidden, show what is exposed, and stand against root', async () => {
    const hidden = temporaryFolder();
    writeFileSync(join(hidden, 'password'), 'hunter2');
    const shownFile = join(hidden, 'certificate');
    writeFileSync(shownFile, 'wanted too\n');
    const exposed = join(hidden, 'python environment');
    mkdirSync(exposed);
    writeFileSync(join(exposed, 'module'), 'wanted\n');
    const secretFile = join(temporaryFolder(), 'token');
    writeFileSync(secretFile, 'hunter2');
    const { log } = await runAttempt(
      makeExecutor({
        sandbox,
        // As on a machine that is server and agent: the one's folder is inside the other's.
        stateFolder: join(hidden, 'agents'),
        hiddenPaths: [hidden, secretFile],
        exposedPaths: [exposed, shownFile],
      }),
      makeOrder(
        command(
          'sh',
          '-c',
          'umount "$1"; cat "$1/password" "$2"; cat "$1/python environment/module" "$1/certificate"; ls "$1" /opt',
          'sh',
          hidden,
          secretFile,
        ),
      ),
    );
    expect(log).not.toContain('hunter2');
    expect(log).toContain('wanted\nwanted too\n');
    expect(log.split('\n')).not.toContain('agents');
    expect(log.split('\n')).toContain('ml');
    for (const name of readdirSync('/opt')) expect(log.split('\n')).toContain(name);
  });

  test('cut the network off when asked', async () => {
    const list = command('cat', '/proc/net/dev');
    const { log } = await runAttempt(makeExecutor({ sandbox }), makeOrder(list, { networkIsolation: true }));
    const devices = log.split('\n').flatMap((line) => /^\s*(\w+):/.exec(line)?.[1] ?? []);
    expect(devices).toEqual(['lo']);
  });
});

test('without a sandbox network isolation is refused', async () => {
  const executor = makeExecutor({ sandbox: 'none' });
  const { result } = await runAttempt(executor, makeOrder(python('pass'), { networkIsolation: true }));
  expect(result.outcome).toMatchObject({ kind: 'ClientError' });
});
