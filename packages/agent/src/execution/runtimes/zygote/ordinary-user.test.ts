import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, makeExecutor, makeOrder, runAttempt } from '../../execution.fixture.js';
import { SandboxUnavailableError } from '../../sandbox/choose-sandbox.js';
import { statistics } from './zygote.fixture.js';

const NOBODY = 65534;
/** What everybody may run: the one on the path may be in somebody's home. */
const PYTHON = '/usr/bin/python3';

const home = mkdtempSync(join(tmpdir(), 'fleetune-zygote-user-'));
const secretFile = join(home, 'secret');
writeFileSync(secretFile, 'hunter2');

// Every test file has a process of its own, and this one gives up being root. Who is not root stays who they are.
beforeAll(() => {
  if (process.getuid?.() !== 0) return;
  for (const path of [home, secretFile]) chownSync(path, NOBODY, NOBODY);
  process.setgroups?.([NOBODY]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
  Object.assign(process.env, { HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin' });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.each(['bubblewrap', 'namespaces'] as const)('an ordinary user with sandbox %s', (sandbox) => {
  test('has zygotes behind the same walls', async (context) => {
    const options = { sandbox, hiddenPaths: [secretFile] };
    const program = `
import os, sys
status = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
print(os.getuid(), os.getgid(), status['CapEff'], status['CapBnd'], status['NoNewPrivs'], sum(name.isdigit() for name in os.listdir('/proc')) < 5)
print(sorted(os.listdir('/opt/ml')), open('${secretFile}').read(), file=open('/dev/stdout', 'w'))
open('/opt/ml/model/weights', 'w').write('mine')`;
    const order = makeOrder(command(PYTHON, '-c', program));
    try {
      const cold = await runAttempt(makeExecutor({ ...options, stateFolder: join(home, sandbox, 'cold') }), order);
      const executor = makeExecutor({ ...options, stateFolder: join(home, sandbox, 'warm'), zygote: 'on' });
      const forked = await runAttempt(executor, order);
      expect(statistics(executor)).toMatchObject({ forks: 1, cold: {} });
      expect(forked.log).toBe(cold.log);
      expect(forked.result.outcome).toEqual(cold.result.outcome);
      expect(forked.log).not.toContain('hunter2');
    } catch (error) {
      if (!(error instanceof SandboxUnavailableError)) throw error;
      context.skip(error.message);
    }
  });
});
