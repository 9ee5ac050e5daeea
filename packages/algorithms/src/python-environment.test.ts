import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { builtinRequirementsFile } from './builtin-command.js';
import { ensurePythonEnvironment, PythonEnvironmentError, type PythonEnvironmentStage } from './python-environment.js';
import { ENVIRONMENT_TIMEOUT_MS, trainerPython } from './python-environments.fixture.js';
import { findPythonInterpreter, PythonNotFoundError } from './python-interpreter.js';

const run = promisify(execFile);
const builder = fileURLToPath(new URL('../environment/build_environment.py', import.meta.url));

let folder: string;
let requirementsFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetune-environment-'));
  requirementsFile = join(folder, 'requirements.lock');
  await writeFile(requirementsFile, '# Nothing to install.\n');
});

function ensure(onProgress?: (stage: PythonEnvironmentStage) => void) {
  return ensurePythonEnvironment({
    requirementsFile,
    cacheDirectory: join(folder, 'cache'),
    log: () => {},
    ...(onProgress && { onProgress }),
  });
}

describe('ensurePythonEnvironment', { timeout: ENVIRONMENT_TIMEOUT_MS }, () => {
  it('makes the environment of the XGBoost trainer with the pinned versions', {
    timeout: ENVIRONMENT_TIMEOUT_MS,
  }, async () => {
    const python = await trainerPython('xgboost');
    const { stdout } = await run(python, [
      '-c',
      'import xgboost, numpy; print(xgboost.__version__, numpy.__version__)',
    ]);
    expect(stdout.trim()).toBe('3.2.0 2.2.6');
    expect(builtinRequirementsFile('xgboost')).toMatch(/requirements\.lock$/);
  });

  it('makes one environment for the same requirements, and finds it in milliseconds afterwards', async () => {
    const stages: string[] = [];
    const first = await ensure((stage) => stages.push(stage));
    expect(first.created).toBe(true);
    expect(stages).toEqual(['creating', 'installing']);

    const startMs = performance.now();
    expect(await ensure()).toEqual({ ...first, created: false });
    expect(performance.now() - startMs).toBeLessThan(200);

    await writeFile(requirementsFile, '# Nothing else to install.\n');
    expect((await ensure()).digest).not.toBe(first.digest);
  });

  it('lets one of many build, and the others wait for it', async () => {
    const environments = await Promise.all([ensure(), ensure(), ensure()]);
    expect(environments.filter((environment) => environment.created)).toHaveLength(1);
    expect(new Set(environments.map((environment) => environment.python)).size).toBe(1);
  });

  it('starts over where the interpreter is gone, or a builder died half-way', async () => {
    const { python, digest } = await ensure();
    const environment = join(folder, 'cache', digest);
    await rm(python);
    const interpreter = await findPythonInterpreter();
    const dying = spawn(interpreter.path, ['-I', builder, requirementsFile, environment]);
    for await (const line of createInterface({ input: dying.stdout })) if (line === 'installing') dying.kill('SIGKILL');

    expect(existsSync(python)).toBe(true);
    expect((await ensure()).created).toBe(true);
    const { stdout } = await run(python, ['-m', 'pip', '--version']);
    expect(stdout).toContain(environment);
  });

  it('shows what pip said, and leaves nothing behind, when the requirements cannot be installed', async () => {
    await writeFile(requirementsFile, `--no-index\nabsent==1.0 --hash=sha256:${'0'.repeat(64)}\n`);
    const failure = await ensure().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PythonEnvironmentError);
    expect(String(failure)).toContain('absent==1.0');
    expect((await readdir(join(folder, 'cache'))).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('installs nothing whose hash is not in the requirements', async () => {
    await writeFile(requirementsFile, 'threadpoolctl==3.6.0\n');
    await expect(ensure()).rejects.toThrow(/hashes/i);
  });
});

describe('findPythonInterpreter', () => {
  it('says why each candidate cannot serve, and what to install', async () => {
    const old = join(folder, 'old-python');
    await writeFile(old, `#!/bin/sh\necho '{"path": "${old}", "version": [3, 9, 2], "identity": [], "missing": []}'\n`);
    await chmod(old, 0o755);
    await expect(findPythonInterpreter(old)).rejects.toThrow(`${old}: is Python 3.9.2`);
    await expect(findPythonInterpreter(join(folder, 'none'))).rejects.toThrow(/not found.*apt install/);
    await expect(findPythonInterpreter(join(folder, 'none'))).rejects.toThrow(PythonNotFoundError);
  });

  it('takes a relative command as well as a path', async () => {
    const byName = await findPythonInterpreter('');
    expect(await findPythonInterpreter(byName.path)).toEqual(byName);
  });
});
