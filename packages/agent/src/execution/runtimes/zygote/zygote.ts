import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { allPids, environmentOf, namespacePids } from '../../process-tree/proc.js';
import type { ProcessTree } from '../../process-tree/process-tree.js';
import type { Launch } from '../../sandbox/sandbox.js';
import { ForkRefusedError, UnsafeModuleError, ZygoteBrokenError } from './zygote-errors.js';
import { type ForkRequest, readEvents, type ZygoteEvent, type ZygoteHello } from './zygote-messages.js';
import { childOnHost } from './zygote-tree.js';

const LAST_WORDS_BYTES = 2_000;

export type ReadyZygote = Extract<ZygoteEvent, { event: 'ready' }>;

/** A program that a zygote has forked and that is about to run its first instruction. */
export interface ForkedProgram {
  /** Process 1 of its namespaces, by this host's number; undefined when it has ended already. */
  readonly init: number | undefined;
  /** Its exit code, when none of its processes is left. Rejects with ZygoteBrokenError when the zygote ends before. */
  readonly ended: Promise<number>;
}

interface Fork {
  readonly settle: (program: ForkedProgram) => void;
  readonly refuse: (error: Error) => void;
  readonly end: (exitCode: number) => void;
  readonly breakOff: (error: Error) => void;
  readonly ended: Promise<number>;
  pid: number | undefined;
}

/** One Python parent, behind the walls that programs get too. It ends with the agent. */
export class Zygote {
  /** When it has imported everything. Rejects with UnsafeModuleError, or ZygoteBrokenError. */
  readonly ready: Promise<ReadyZygote>;
  /** Resolves when no process of it, or of what it forked, is left. */
  readonly gone: Promise<void>;
  readonly #launcher: ChildProcess;
  readonly #tree: ProcessTree;
  readonly #control: Socket;
  readonly #tag: Readonly<Record<string, string>>;
  readonly #forks = new Map<number, Fork>();
  #settleReady: { resolve(ready: ReadyZygote): void; reject(error: Error): void } | undefined;
  #pid: number | undefined;
  #residentBytes = 0;
  #lastWords = '';
  #killReason: string | undefined;
  #retired = false;
  #isOver = false;

  /** @param tag variables that only this zygote was started with. */
  constructor(launch: Launch, hello: ZygoteHello, tag: Readonly<Record<string, string>>, readyWithinMs: number) {
    this.#tag = tag;
    const [file, ...args] = launch.command;
    this.#launcher = spawn(file, args, {
      cwd: launch.workingFolder,
      env: launch.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#tree = launch.tree(this.#launcher);
    this.#control = this.#launcher.stdio[3] as Socket;
    for (const stream of [this.#launcher.stdout, this.#launcher.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#lastWords = (this.#lastWords + chunk.toString('utf8')).slice(-LAST_WORDS_BYTES);
      });
    }
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready.catch(() => undefined);
    readEvents(this.#control, (event) => this.#handle(event));
    this.#control.on('error', () => undefined);
    this.gone = this.#ended(launch);
    const timer = setTimeout(() => void this.kill(`it was not ready within ${readyWithinMs} ms`), readyWithinMs);
    void this.ready.finally(() => clearTimeout(timer)).catch(() => undefined);
    this.#control.write(`${JSON.stringify(hello)}\n`);
    this.#letAgentEnd();
  }

  get residentBytes(): number {
    return this.#residentBytes;
  }

  /** True when it can fork no more: it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Programs that have not ended yet. */
  get running(): number {
    return this.#forks.size;
  }

  /**
   * Forks a program.
   *
   * @throws ForkRefusedError when it may not fork now; ZygoteBrokenError when the program is not up within the time. The
   * zygote has then been killed.
   */
  fork(request: ForkRequest, withinMs: number): Promise<ForkedProgram> {
    if (this.#isOver) return Promise.reject(new ZygoteBrokenError('The zygote has ended.'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => void this.kill(`a program that it should have forked was not up within ${withinMs} ms`),
        withinMs,
      );
      let end: Fork['end'] = () => undefined;
      let breakOff: Fork['breakOff'] = () => undefined;
      const ended = new Promise<number>((over, broken) => {
        end = over;
        breakOff = broken;
      });
      // Looked at only once the program is up.
      ended.catch(() => undefined);
      const settle = (program: ForkedProgram) => {
        clearTimeout(timer);
        resolve(program);
      };
      const refuse = (error: Error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.#control.ref();
      this.#forks.set(request.id, { settle, refuse, end, breakOff, ended, pid: undefined });
      this.#control.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Takes no more programs; ends with its last one. */
  retire(): void {
    this.#retired = true;
    if (this.#forks.size === 0) this.#control.end();
  }

  /** Ends it and everything that it forked. Whoever waits for a program hears of it when nothing is left. */
  async kill(reason: string): Promise<void> {
    this.#killReason ??= reason;
    // Whoever waits for the end must live to see it.
    this.#launcher.ref();
    await this.#tree.kill();
    this.#control.destroy();
    await this.gone;
  }

  #handle(event: ZygoteEvent): void {
    switch (event.event) {
      case 'unsafe':
        this.#settleReady?.reject(new UnsafeModuleError(event.module, event.reason));
        return;
      case 'ready':
        this.#pid = this.#findOnHost(event.pid);
        this.#residentBytes = event.residentBytes;
        if (this.#pid === undefined) void this.kill('it cannot be found among the processes');
        else this.#settleReady?.resolve(event);
        return;
      case 'forked': {
        const fork = this.#forks.get(event.id);
        if (fork !== undefined) fork.pid = event.pid;
        this.#residentBytes = event.residentBytes;
        return;
      }
      case 'refused':
        this.#forks.get(event.id)?.refuse(new ForkRefusedError(event.reason));
        return this.#forget(event.id);
      case 'failed':
        // Its end is told as well.
        this.#forks.get(event.id)?.refuse(new ForkRefusedError(event.reason));
        return;
      case 'running':
        return this.#settle(event.id);
      case 'ended':
        this.#forks.get(event.id)?.end(event.exitCode);
        this.#forks.get(event.id)?.refuse(new ForkRefusedError('The forked process ended before the program began.'));
        return this.#forget(event.id);
    }
  }

  #settle(id: number): void {
    const fork = this.#forks.get(id);
    if (fork?.pid === undefined || this.#pid === undefined) return;
    fork.settle({ init: childOnHost(this.#pid, fork.pid), ended: fork.ended });
  }

  #forget(id: number): void {
    this.#forks.delete(id);
    if (this.#forks.size === 0) this.#control.unref();
    if (this.#retired && this.#forks.size === 0) this.#control.end();
  }

  async #ended(launch: Launch): Promise<void> {
    await new Promise<void>((over) => {
      this.#launcher.once('exit', () => over());
      this.#launcher.once('error', (error) => {
        this.#lastWords ||= error.message;
        launch.discard?.();
        over();
      });
    });
    await this.#tree.kill();
    // What it had still written comes before its end.
    await new Promise<void>((read) => {
      if (this.#control.closed || this.#control.readableEnded || this.#control.destroyed) read();
      else this.#control.once('end', read).once('close', read);
    });
    const reason = this.#killReason === undefined ? 'ended by itself' : `was killed: ${this.#killReason}`;
    this.#fail(new ZygoteBrokenError(`The zygote ${reason}. ${this.#lastWords.trim()}`.trim()));
    this.#control.destroy();
  }

  #fail(error: Error): void {
    this.#isOver = true;
    this.#settleReady?.reject(error);
    for (const fork of this.#forks.values()) {
      fork.refuse(error);
      fork.breakOff(error);
    }
    this.#forks.clear();
  }

  /** Only what it runs keeps the agent's process going, not the zygote itself. */
  #letAgentEnd(): void {
    this.#launcher.unref();
    for (const stream of [this.#control, this.#launcher.stdout, this.#launcher.stderr])
      (stream as Socket | null)?.unref();
  }

  #findOnHost(pidInNamespace: number): number | undefined {
    return allPids().find((pid) => {
      if (namespacePids(pid).at(-1) !== pidInNamespace) return false;
      const variables = environmentOf(pid);
      return Object.entries(this.#tag).every(([name, value]) => variables.get(name) === value);
    });
  }
}
