import { cpSync, mkdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { trainingPaths } from '../../contract/attempt-folder.js';
import { OPT_ML, type SandboxedProgram } from '../../sandbox/sandbox.js';
import type { OutputPipe, OutputPipes } from '../output-pipes.js';
import { lendFolder } from './lent-folder.js';
import type { ZygoteFamily } from './zygote-family.js';

/** Mount points for what the zygote's programs find below their own /opt/ml. */
const MOUNTS = 'mounts';

/**
 * The folder that a zygote sees as its /opt/ml. The training folders of the programs that it runs are moved there, for
 * the zygote sees nothing else of the agent's; each program sees only its own.
 */
export class ZygoteNest {
  readonly path: string;
  readonly #root: string;
  readonly #mounts: SandboxedProgram['mounts'];
  readonly #sourceIdentities: readonly string[];

  constructor(path: string, program: SandboxedProgram, { ownEnvironment }: ZygoteFamily) {
    this.path = path;
    this.#root = join(path, 'ml');
    this.#mounts = program.mounts.map(({ source }, index) => ({ source, target: `${MOUNTS}/${index}` }));
    this.#sourceIdentities = this.#mounts.map(({ source }) => identityOf(source));
    mkdirSync(this.#root, { recursive: true });
    mkdirSync(join(path, 'sandbox'));
    for (const { source, target } of this.#mounts) makeMountPoint(source, join(this.#root, target));
    if (ownEnvironment) {
      // Before the program has run: as the agent laid it.
      const { python } = program.folder.training;
      cpSync(python, join(this.#root, 'python'), { recursive: true, verbatimSymlinks: true });
    }
  }

  /** What the sandbox has to know of it. */
  get sandboxed(): Pick<SandboxedProgram, 'folder' | 'mounts'> {
    const folder = {
      path: this.path,
      training: trainingPaths(this.#root),
      sandbox: join(this.path, 'sandbox'),
      log: join(this.path, 'log'),
    };
    return { folder, mounts: this.#mounts };
  }

  /** False when what is mounted in the zygote is not any more what lies at those places. */
  get isCurrent(): boolean {
    return this.#mounts.every(({ source }, index) => identityOf(source) === this.#sourceIdentities[index]);
  }

  /** Takes a program in. Undefined where no pipe can be made. */
  takeIn(id: number, program: SandboxedProgram, pipes: OutputPipes): NestedProgram | undefined {
    const pipePath = join(this.#root, `${id}.out`);
    const pipe = pipes.takeAs(pipePath);
    if (pipe === undefined) return undefined;
    const lent = lendFolder(program.folder.training.root, join(this.#root, String(id)));
    return {
      pipe,
      root: `${OPT_ML}/${id}`,
      output: `${OPT_ML}/${id}.out`,
      mounts: program.mounts.map(({ target }, index) => [`${OPT_ML}/${MOUNTS}/${index}`, target] as const),
      removePipeName: () => unlinkSync(pipePath),
      giveBack: () => lent.giveBack(),
    };
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Where a program is while it runs. Paths are as the zygote sees them. */
export interface NestedProgram {
  readonly pipe: OutputPipe;
  readonly root: string;
  readonly output: string;
  readonly mounts: readonly (readonly [string, string])[];
  removePipeName(): void;
  giveBack(): void;
}

function makeMountPoint(source: string, place: string): void {
  if (statSync(source).isDirectory()) mkdirSync(place, { recursive: true });
  else {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, '');
  }
}

function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'absent' : `${found.dev}:${found.ino}`;
}
