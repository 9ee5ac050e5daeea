import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { ENVIRONMENT_TIMEOUT_MS, trainerPython } from './python-environments.fixture.js';
import {
  type ConfineInstaller,
  ensureRequirementsEnvironment,
  RequirementsEnvironmentError,
} from './requirements-environment.js';

const run = promisify(execFile);

/** A build backend that needs nothing: what it packs is one module. */
const BACKEND = `
import os, zipfile
NAME, VERSION = "NAME-HERE", "VERSION-HERE"
def build_wheel(folder, config_settings=None, metadata_directory=None):
    if os.environ.get("FLEETUNE_TEST_SECRET"): raise SystemExit("saw the secret")
    file = f"{NAME}-{VERSION}-py3-none-any.whl"
    info = f"{NAME}-{VERSION}.dist-info"
    with zipfile.ZipFile(os.path.join(folder, file), "w") as wheel:
        wheel.writestr(f"{NAME}.py", f"version = {VERSION!r}\\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: {VERSION}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return file
`;

let folder: string;
let source: string;
let requirementsFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetune-requirements-'));
  source = join(folder, 'source');
  requirementsFile = join(source, 'requirements.txt');
  await mkdir(source);
});

/** Makes `name-version.tar.gz`, a source package, in a folder that stands for the package index. */
async function sourcePackage(name: string, version: string): Promise<void> {
  const project = join(folder, 'index', `${name}-${version}`);
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'backend.py'), BACKEND.replace('NAME-HERE', name).replace('VERSION-HERE', version));
  await writeFile(
    join(project, 'pyproject.toml'),
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  );
  await writeFile(join(project, 'PKG-INFO'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  await run('tar', ['-C', join(folder, 'index'), '-czf', `${project}.tar.gz`, `${name}-${version}`]);
}

const listed = (...lines: string[]) =>
  writeFile(requirementsFile, [`--no-index --find-links ${join(folder, 'index')}`, ...lines, ''].join('\n'));

const ensure = (python?: string, confine?: ConfineInstaller) =>
  ensureRequirementsEnvironment({
    confine,
    requirementsFile,
    cacheDirectory: join(folder, 'cache'),
    log: () => {},
    ...(python === undefined ? {} : { python }),
  });

const printed = async (python: string, program: string) => (await run(python, ['-I', '-c', program])).stdout.trim();

describe('ensureRequirementsEnvironment', { timeout: ENVIRONMENT_TIMEOUT_MS }, () => {
  it('builds source packages once however many ask, and finds them in milliseconds afterwards', async () => {
    await sourcePackage('greeting', '1.0');
    await listed('greeting');
    process.env.FLEETUNE_TEST_SECRET = 'hunter2';
    const environments = await Promise.all([ensure(), ensure(), ensure()]);
    delete process.env.FLEETUNE_TEST_SECRET;
    expect(environments.filter(({ created }) => created)).toHaveLength(1);
    const [first] = environments;
    expect(await printed(first.python, 'import greeting; print(greeting.version)')).toBe('1.0');
    const startMs = performance.now();
    expect(await ensure()).toEqual({ ...first, created: false });
    expect(performance.now() - startMs).toBeLessThan(200);
  });

  it('puts the installer behind the walls it is given, with a place for temporary files inside them', async () => {
    await sourcePackage('walled', '1.0');
    await listed('walled');
    const asked: unknown[] = [];
    // The build backend prints nothing and refuses to build where it sees this variable: it is what ran behind the walls.
    const confine: ConfineInstaller = (access) => {
      asked.push(access);
      return ['sh', '-c', 'FLEETUNE_TEST_SECRET=seen exec "$@"', 'sh'];
    };
    const failure = await ensure(undefined, confine).catch((error: unknown) => error);
    const [{ writable, readable }] = asked as [{ writable: string; readable: readonly string[] }];
    expect(String(failure)).toContain('saw the secret');
    expect(writable).toMatch(new RegExp(`^${join(folder, 'cache')}/[0-9a-f]{20}$`));
    expect(readable).toContain(source);
    expect(await readdir(join(folder, 'cache'))).toEqual([`${basename(writable)}.lock`]);
    const { python } = await ensure(undefined, () => [
      'sh',
      '-c',
      `test "$(dirname "$TMPDIR")" = ${writable} && exec "$@"`,
      'sh',
    ]);
    expect(await printed(python, 'import walled; print(walled.version)')).toBe('1.0');
  });

  it('adds to the packages of the interpreter, which stay as they are', async () => {
    const trainer = await trainerPython('xgboost');
    const packages = () => printed(trainer, LIST);
    const before = await packages();
    await sourcePackage('xgboost', '99.0');
    await listed('scipy', 'xgboost==99.0');
    const { python } = await ensure(trainer);
    // scipy is there already and nobody else has it; the newer xgboost stands before the older.
    expect(
      await printed(python, 'import importlib.util as u, xgboost; print(xgboost.version, u.find_spec("scipy").origin)'),
    ).toMatch(/^99\.0 .*scipy/);
    expect(await packages()).toBe(before);
  });

  it('shows the last lines of pip, and leaves nothing behind', async () => {
    await mkdir(join(folder, 'index'));
    await listed('absent>=1.0');
    const failures = await Promise.all([ensure(), ensure()].map((asked) => asked.catch((error: unknown) => error)));
    expect(failures[0]).toBeInstanceOf(RequirementsEnvironmentError);
    expect(String(failures[0])).toContain('absent>=1.0');
    expect(String(failures[0]).length).toBeLessThan(900);
    expect(failures[1]).toBe(failures[0]);
    expect((await readdir(join(folder, 'cache'))).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});

const LIST =
  'import importlib.metadata as m; print(sorted(d.metadata["Name"] + d.version + str(d.locate_file("").stat().st_mtime_ns) for d in m.distributions()))';
