import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, makeExecutor, makeOrder, metric, runAttempt, startAttempt } from './execution.fixture.js';
import { ordinaryUser } from './ordinary-user.fixture.js';
import { taggedPids } from './process-tree/attempt-tag.js';
import { bubblewrapSandbox } from './sandbox/bubblewrap.js';
import { SandboxUnavailableError } from './sandbox/choose-sandbox.js';
import { namespacesSandbox } from './sandbox/namespaces.js';

const { home, secretFile } = ordinaryUser();

/** Why ordinary users have no such sandbox on this host; undefined when they have. */
function missing(sandbox: 'bubblewrap' | 'namespaces' | 'none'): string | undefined {
  try {
    makeExecutor({ sandbox });
    return undefined;
  } catch (error) {
    if (error instanceof SandboxUnavailableError) return error.message;
    throw error;
  }
}

describe.each(['bubblewrap', 'namespaces', 'none'] as const)('an ordinary user with sandbox %s', (sandbox) => {
  test('runs programs behind the same walls, and removes what they leave', async (context) => {
    const reason = missing(sandbox);
    if (reason !== undefined) {
      console.warn(`Not tested: ${reason}`);
      context.skip(reason);
    }
    expect(process.getuid?.()).not.toBe(0);
    const stateFolder = join(home, sandbox, 'agents');
    const environments = join(home, sandbox, 'environments');
    mkdirSync(environments, { recursive: true });
    const executor = makeExecutor({
      sandbox,
      stateFolder,
      hiddenPaths: [join(home, sandbox), secretFile],
      exposedPaths: [environments],
    });
    const program = `
echo "score=0.5" > /dev/stdout
cat ${secretFile}
mkdir -p "$SM_MODEL_DIR/locked/inner"; chmod 0 "$SM_MODEL_DIR/locked"
echo bye > "$SM_OUTPUT_DIR/failure"; exit 3`;
    const { result, log } = await runAttempt(
      executor,
      makeOrder(command('sh', '-c', program), { metricDefinitions: [metric('score', 'score=(\\S+)')] }),
    );
    expect(result).toMatchObject({
      outcome: { kind: 'AlgorithmError', exitCode: 3, reason: expect.stringContaining('bye') },
      finalMetrics: [{ name: 'score', value: 0.5 }],
    });
    if (sandbox !== 'none') expect(log).not.toContain('hunter2');
    const [label = ''] = readdirSync(join(stateFolder, 'attempts'));
    expect(readdirSync(join(stateFolder, 'attempts', label))).toEqual([]);

    const running = startAttempt(
      executor,
      makeOrder(command('sh', '-c', 'setsid sleep 600 & echo up; exec sleep 600')),
    );
    await running.printed('up');
    const tag = { FLEETUNE_ATTEMPT: `job-1.${running.execution.key.fence}` };
    expect(taggedPids(tag)).not.toEqual([]);
    await running.execution.kill();
    expect(taggedPids(tag)).toEqual([]);
  });
});

describe.each([
  ['bubblewrap', bubblewrapSandbox],
  ['namespaces', namespacesSandbox],
] as const)('an ordinary user with sandbox %s', (sandbox, make) => {
  test('walls installers in, with one folder to write to', (context) => {
    const reason = missing(sandbox);
    if (reason !== undefined) {
      console.warn(`Not tested: ${reason}`);
      context.skip(reason);
    }
    const writable = join(home, `${sandbox} made`);
    mkdirSync(writable);
    const walls = make([secretFile], []).confine({ writable, readable: [] });
    const attempts = `cat ${secretFile} 2>/dev/null; touch ${home}/outside 2>/dev/null; touch "$1/inside"; echo ran`;
    const [program = '', ...args] = [...walls, 'sh', '-c', attempts, 'sh', writable];
    const { stdout, stderr } = spawnSync(program, args, { cwd: home, encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'ran\n', stderr: '' });
    expect(readdirSync(writable)).toEqual(['inside']);
    expect(readdirSync(home)).not.toContain('outside');
  });
});
