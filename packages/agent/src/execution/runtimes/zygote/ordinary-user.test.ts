import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, makeExecutor, makeOrder, runAttempt } from '../../execution.fixture.js';
import { ordinaryUser } from '../../ordinary-user.fixture.js';
import { SandboxUnavailableError } from '../../sandbox/choose-sandbox.js';
import { statistics } from './zygote.fixture.js';

/** What everybody may run: the one on the path may be in somebody's home. */
const PYTHON = '/usr/bin/python3';

const { home, secretFile } = ordinaryUser();

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
      console.warn(`Not tested: ${error.message}`);
      context.skip(error.message);
    }
  });
});
