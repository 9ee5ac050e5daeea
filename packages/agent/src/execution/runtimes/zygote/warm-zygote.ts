import { closeSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OPT_ML, type SandboxedProgram } from '../../sandbox/sandbox.js';
import type { OutputPipes } from '../output-pipes.js';
import type { LaunchedProgram } from '../process.js';
import { THREAD_COUNTS, WITHOUT_THREADS } from './startup-variables.js';
import { type ReadyZygote, Zygote } from './zygote.js';
import { ForkRefusedError } from './zygote-errors.js';
import type { ZygoteFamily } from './zygote-family.js';
import { type NestedProgram, ZygoteNest } from './zygote-nest.js';
import type { ZygoteLimits } from './zygote-options.js';
import type { ZygoteSandbox } from './zygote-sandbox.js';
import type { EndReason } from './zygote-statistics.js';
import { zygoteTree } from './zygote-tree.js';

const START = fileURLToPath(new URL('../../../../zygote/start.py', import.meta.url));
/** Room in a zygote's variables that its children write theirs into, for whoever looks for them in /proc. */
const VARIABLE_ROOM = { FLEETUNE_ROOM: '-'.repeat(16 * 1024) };
/** Forking itself touches a little memory. */
const GROWTH_BYTES = 16 * 1024 * 1024;
const GROWTH_FACTOR = 1.2;

export interface WarmZygoteParts {
  readonly sandbox: ZygoteSandbox;
  readonly pipes: OutputPipes;
  readonly limits: ZygoteLimits;
}

/** A zygote together with the folder that it sees and the rules for its use. */
export class WarmZygote {
  /** Rejects as {@link Zygote.ready} does. */
  readonly ready: Promise<void>;
  /** When it has ended and its folder is removed. */
  readonly gone: Promise<void>;
  readonly #zygote: Zygote;
  readonly #nest: ZygoteNest;
  readonly #parts: WarmZygoteParts;
  #facts: (ReadyZygote & { readonly packages: string }) | undefined;
  #forks = 0;

  /**
   * @param first a program of the family, not started yet.
   * @param path its own folder, below the state folder.
   * @param tag variables that only this zygote has.
   */
  constructor(
    parts: WarmZygoteParts,
    family: ZygoteFamily,
    first: SandboxedProgram,
    path: string,
    tag: Readonly<Record<string, string>>,
    excluded: readonly string[],
  ) {
    this.#parts = parts;
    this.#nest = new ZygoteNest(path, first, family);
    const launch = parts.sandbox.forZygote.launch({
      command: [family.python.interpreter, START],
      environment: {
        ...WITHOUT_THREADS,
        ...family.startupVariables,
        // A library's threads do not survive a fork: the zygote has none.
        ...Object.fromEntries(THREAD_COUNTS.map((name) => [name, '1'])),
        ...VARIABLE_ROOM,
        ...tag,
      },
      workingFolder: '/',
      ...this.#nest.sandboxed,
      networkIsolation: false,
      tag,
    });
    const hello = { sources: family.sources.texts, allowed: parts.limits.preloadable, excluded };
    this.#zygote = new Zygote(launch, hello, tag, parts.limits.readyWithinMs);
    this.ready = this.#zygote.ready.then((facts) => {
      this.#facts = { ...facts, packages: stampOf(facts.packageFolders) };
    });
    this.ready.catch(() => undefined);
    this.gone = this.#zygote.gone.then(() => this.#nest.remove());
  }

  get isReady(): boolean {
    return this.#facts !== undefined;
  }

  get running(): number {
    return this.#zygote.running;
  }

  get residentBytes(): number {
    return this.#zygote.residentBytes;
  }

  /** Why it should not be used any more; undefined while it may. */
  reasonToEnd(): Extract<EndReason, 'broken' | 'changed' | 'worn' | 'grown'> | undefined {
    if (this.#zygote.isOver) return 'broken';
    if (this.#facts === undefined) return undefined;
    if (!this.#nest.isCurrent || stampOf(this.#facts.packageFolders) !== this.#facts.packages) return 'changed';
    if (this.#forks >= this.#parts.limits.maxForks) return 'worn';
    const limit = Math.max(this.#facts.residentBytes * GROWTH_FACTOR, this.#facts.residentBytes + GROWTH_BYTES);
    return this.residentBytes > limit ? 'grown' : undefined;
  }

  /** A module that it has imported and that the program would find in its own folder. */
  hiddenModule(family: ZygoteFamily): string | undefined {
    return this.#facts?.modules.find((name) => family.sources.ownModules.has(name));
  }

  /**
   * Forks a program. Nothing of it is left when this fails.
   *
   * @throws ForkRefusedError, ZygoteBrokenError
   */
  async launch(program: SandboxedProgram, family: ZygoteFamily): Promise<LaunchedProgram> {
    const id = ++this.#forks;
    const nested = this.#nest.takeIn(id, program, this.#parts.pipes);
    if (nested === undefined) throw new ForkRefusedError('No pipe can be made for its output.');
    try {
      const { init, ended } = await this.#zygote.fork(
        this.#request(id, program, family, nested),
        this.#parts.limits.forkWithinMs,
      );
      const exited = ended.finally(() => nested.giveBack());
      return { output: nested.pipe.output, tree: zygoteTree(init, ended), exited };
    } catch (error) {
      nested.pipe.output.destroy();
      nested.giveBack();
      throw error;
    } finally {
      // The program has opened its end by now, or never will.
      closeSync(nested.pipe.programEnd);
      nested.removePipeName();
    }
  }

  /** Takes no more programs, and ends with its last one. */
  retire(): void {
    this.#zygote.retire();
  }

  async kill(reason: string): Promise<void> {
    await this.#zygote.kill(reason);
    await this.gone;
  }

  #request(id: number, program: SandboxedProgram, { python }: ZygoteFamily, nested: NestedProgram) {
    const { droppedCapabilities, keepOtherCapabilities, noNewPrivileges } = this.#parts.sandbox;
    return {
      id,
      ...{ command: python.command, kind: python.kind, target: python.target, arguments: python.arguments },
      // The marks by which the agent finds its processes come first: the room for all may be too small.
      environment: { ...program.tag, ...program.environment },
      workingFolder: program.workingFolder,
      ...{ root: nested.root, mounts: nested.mounts, output: nested.output },
      networkIsolation: program.networkIsolation,
      ...{ droppedCapabilities, keepOtherCapabilities, noNewPrivileges },
    };
  }
}

/** Changes when packages are added, removed or replaced. What lies in an attempt's own folder comes with the attempt. */
function stampOf(folders: readonly string[]): string {
  return folders
    .filter((folder) => !folder.startsWith(`${OPT_ML}/`))
    .map((folder) => `${folder}:${statSync(folder, { throwIfNoEntry: false })?.mtimeMs}`)
    .join('\n');
}
