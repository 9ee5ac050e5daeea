import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { it } from 'vitest';

const RUNNER = fileURLToPath(new URL('./run_tests.py', import.meta.url));

/** What the tests of a Python module are run with. */
export interface PythonRun {
  /** Path of the interpreter that has the client. */
  readonly python: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One Python module with unittests, run once for all of them. */
export class PythonModule {
  readonly name: string;
  /** The name in words. */
  readonly title: string;
  readonly #folder: string;
  #ends: Promise<ReadonlyMap<string, TestEnd>> | undefined;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.name = name;
    this.title = inWords(name);
  }

  /** Starts the module's tests; how they end is known in the tests that `declare` made. */
  start(run: PythonRun): void {
    this.#ends = testEnds(run, this.#folder, this.name);
    // A test awaits it, and says so; nobody else needs to.
    this.#ends.catch(() => {});
  }

  /** Makes a vitest test of each of the module's tests. */
  declare(): void {
    const source = readFileSync(`${this.#folder}/${this.name}.py`, 'utf8');
    for (const [, name = ''] of source.matchAll(/^ {4}def (test_\w+)/gm)) {
      it(inWords(name), async () => {
        const ends = await this.#ends;
        const end = ends?.get(name);
        if (end?.outcome !== 'passed') throw new Error(end?.detail ?? notRun(this.name, ends));
      });
    }
  }
}

function inWords(name: string): string {
  return name.slice('test_'.length).replaceAll('_', ' ');
}

/** The modules of a folder whose names begin with `test_`. */
export function pythonModules(folder: string): readonly PythonModule[] {
  return readdirSync(folder)
    .filter((file) => /^test_\w+\.py$/.test(file))
    .sort()
    .map((file) => new PythonModule(folder, file.slice(0, -'.py'.length)));
}

interface TestEnd {
  readonly test: string;
  readonly outcome: 'passed' | 'failed';
  readonly detail: string;
}

async function testEnds({ python, env }: PythonRun, folder: string, module: string) {
  const child = spawn(python, [RUNNER, folder, module], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const closed = new Promise<number | null>((done) => child.once('close', done));
  const ends = new Map<string, TestEnd>();
  for await (const line of createInterface({ input: child.stdout })) {
    const end = JSON.parse(line) as TestEnd;
    ends.set(end.test, end);
  }
  if ((await closed) !== 0) throw new Error(`${module} broke off.\n${complaint}`);
  return ends;
}

function notRun(module: string, ends: ReadonlyMap<string, TestEnd> | undefined): string {
  const failures = [...(ends?.values() ?? [])].filter(({ outcome }) => outcome === 'failed');
  return `${module} did not come to this test.\n${failures.map(({ detail }) => detail).join('\n')}`;
}
