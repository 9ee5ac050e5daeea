import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Container, ContainerInspectInfo } from 'dockerode';
import type { ProcessTree } from '../../process-tree/process-tree.js';
import { guardContainer } from './agent-death-guard.js';
import type { ContainerEngine } from './container-engine.js';
import { ContainerOutput } from './container-output.js';
import {
  ContainerGoneError,
  EndForgottenError,
  isUnreachable,
  ProgramNotStartedError,
  statusOf,
} from './engine-errors.js';
import { kernelKilledForMemory } from './memory-kill.js';

/** An engine that does not answer is asked again, ever more patiently: the program lives on without it. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** How often a container is looked at whose output has not ended. */
const LOOK_ANYWAY_MS = 5_000;
/** How often an engine may fail to say how a container is. */
const MOST_LOOKS = 5;
/** A container that has ended and cannot be removed is left to the sweep of a later agent process after so many tries. */
const MOST_REMOVALS = 10;

type ContainerState = ContainerInspectInfo['State'];

/** In the words of Docker and of Podman. */
const HAS_ENDED: ReadonlySet<string> = new Set(['exited', 'stopped', 'dead']);
/** Podman makes a container ready once more when it is asked for its output just after its end, and forgets that end. */
const IS_READY_AGAIN: ReadonlySet<string> = new Set(['created', 'configured', 'initialized']);

/** A container from its creation to its removal. */
export class ContainerProgram implements ProcessTree {
  /** The program's exit code. Rejects with ProgramNotStartedError, ContainerGoneError, EndForgottenError. */
  readonly exited: Promise<number>;
  readonly #engine: ContainerEngine;
  readonly #container: Container;
  readonly #output: ContainerOutput;
  readonly #started: (isUp: boolean) => void;
  readonly #isUp: Promise<boolean>;
  #dismissGuard: () => void = () => undefined;
  #wasOutOfMemory = false;
  #removed: Promise<void> | undefined;

  constructor(engine: ContainerEngine, container: Container) {
    this.#engine = engine;
    this.#container = container;
    this.#output = new ContainerOutput(engine, container);
    let started: (isUp: boolean) => void = () => undefined;
    this.#isUp = new Promise((done) => {
      started = done;
    });
    this.#started = started;
    this.exited = this.#isUp.then((isUp) => (isUp ? this.#end() : 0));
  }

  /** What the program prints. */
  get output(): Readable {
    return this.#output.stream;
  }

  /** Whether the program, or a process of its, was killed because all its memory was used; known when it has exited. */
  get wasOutOfMemory(): boolean {
    return this.#wasOutOfMemory;
  }

  /** @throws what the engine said; the container is then still to be killed. */
  async start(): Promise<void> {
    try {
      await this.#output.connect();
      const fault = await this.#engine
        .ask(() => this.#container.start())
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      const state = await this.#state();
      // One that has ended was started, whatever the engine made of it.
      if (fault !== undefined && !HAS_ENDED.has(state?.Status ?? '')) throw fault;
      const pid = state?.Pid ?? 0;
      // None where it has ended already.
      if (pid > 0) this.#dismissGuard = guardContainer(pid);
      this.#started(true);
    } catch (error) {
      this.#started(false);
      throw error;
    }
  }

  /** Process 1 passes it on to the program. */
  terminate(): number {
    // One that did not get it is killed when its time is over.
    void this.#signal('SIGTERM').catch(() => undefined);
    return 1;
  }

  /** Ends every process of the container and removes it; resolves when that is done, however long the engine is away. */
  kill(): Promise<void> {
    this.#removed ??= this.#endAndRemove();
    return this.#removed;
  }

  async #end(): Promise<number> {
    try {
      const { ExitCode, OOMKilled } = await this.#endState();
      this.#wasOutOfMemory = OOMKilled || (ExitCode !== 0 && kernelKilledForMemory(this.#container.id));
      const fault = initFault(ExitCode, this.#output.beginning);
      if (fault !== undefined) throw new ProgramNotStartedError(fault);
      return ExitCode;
    } finally {
      this.#dismissGuard();
      this.#output.close();
    }
  }

  /**
   * Asks again and again, once the output has ended: an engine's answer to "wait" may break off without anybody noticing,
   * and an engine that was away for a while knows how the program ended.
   */
  async #endState(): Promise<ContainerState> {
    let wasAway = false;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = longer(pauseMs)) {
      await Promise.race([this.#output.disconnected, pause(LOOK_ANYWAY_MS, undefined, { ref: false })]);
      const state = await this.#state();
      if (state !== undefined && HAS_ENDED.has(state.Status)) return state;
      if (state !== undefined && IS_READY_AGAIN.has(state.Status)) throw new EndForgottenError();
      wasAway ||= state === undefined;
      // Only then, because of what is said above.
      if (state !== undefined && wasAway && !this.#output.isConnected) {
        wasAway = false;
        await this.#output.connect().catch(() => undefined);
      } else {
        await pause(pauseMs);
      }
    }
  }

  /** Undefined while the engine does not answer. */
  async #state(): Promise<ContainerState | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#engine.ask(() => this.#container.inspect())).State;
      } catch (error) {
        if (isUnreachable(error)) return undefined;
        if (statusOf(error) === 404) throw new ContainerGoneError(error);
        // Podman stumbles over a program that ends while it looks at it.
        if (attempt === MOST_LOOKS) throw error;
      }
      await pause(FIRST_PAUSE_MS);
    }
  }

  async #endAndRemove(): Promise<void> {
    if (await this.#isUp) await this.#signalUntilExited();
    for (let attempt = 1, pauseMs = FIRST_PAUSE_MS; ; pauseMs = longer(pauseMs)) {
      try {
        return await this.#engine.ask(() => this.#container.remove({ force: true, v: true }));
      } catch (error) {
        if (statusOf(error) === 404) return;
        if (!isUnreachable(error) && ++attempt > MOST_REMOVALS) return;
      }
      await pause(pauseMs);
    }
  }

  async #signalUntilExited(): Promise<void> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    const exited = this.exited.then(over, over);
    // One that has exited by itself is not told any more.
    await undefined;
    for (let pauseMs = FIRST_PAUSE_MS; !isOver; pauseMs = longer(pauseMs)) {
      await this.#signal('SIGKILL').catch(() => undefined);
      await Promise.race([exited, pause(pauseMs)]);
    }
  }

  async #signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#engine.ask(() => this.#container.kill({ signal }));
  }
}

/** Why process 1 of the container could not start the program; it says so in the program's place. */
function initFault(exitCode: number, printed: string): string | undefined {
  if (exitCode === 0) return undefined;
  return /^(?:ERROR \(catatonit:\d+\): failed to exec pid1|\[FATAL tini \(\d+\)\] exec .* failed): (.*)/.exec(
    printed,
  )?.[1];
}

function longer(pauseMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
}
