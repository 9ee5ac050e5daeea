import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Made by one `mkfifo` run; a start takes one and never waits for the next run. */
const MADE_AT_ONCE = 16;

/** A pipe that is nobody's yet. */
export interface OutputPipe {
  readonly output: Readable;
  /** The end to start a program with. The caller closes it when the program has its own copy. */
  readonly programEnd: number;
}

/**
 * Real pipes for programs' output. What Node makes for `pipe` is a pair of sockets, and a socket cannot be opened by
 * name: `echo x > /dev/stdout` would fail. FIFOs are the pipes that Node can open; each loses its name when it is taken.
 */
export class OutputPipes {
  readonly #folder: string;
  readonly #ready: string[] = [];
  #made = 0;
  #refused = false;

  /** @param folder holds the unused FIFOs; made when it is missing. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#make();
  }

  /** Undefined where FIFOs cannot be made or opened: no `mkfifo`, a file system without them, no free descriptor. */
  take(): OutputPipe | undefined {
    return this.#open((path) => path, unlinkSync);
  }

  /** As {@link take}, for a program that opens its end by name: the pipe gets the name `path`, which the caller removes. */
  takeAs(path: string): OutputPipe | undefined {
    return this.#open((unused) => {
      renameSync(unused, path);
      return path;
    });
  }

  /** A FIFO with the name `path` that nobody has opened yet. False where there can be none. */
  nameOneAs(path: string): boolean {
    const unused = this.#takeUnused();
    if (unused === undefined) return false;
    try {
      renameSync(unused, path);
      return true;
    } catch {
      return false;
    }
  }

  #open(place: (path: string) => string, opened?: (path: string) => void): OutputPipe | undefined {
    const unused = this.#takeUnused();
    if (unused === undefined) return undefined;
    try {
      const path = place(unused);
      const pipe = openPipe(path);
      opened?.(path);
      return pipe;
    } catch {
      return undefined;
    }
  }

  #takeUnused(): string | undefined {
    if (this.#ready.length === 0) this.#make();
    const unused = this.#ready.pop();
    if (this.#ready.length === 0) setImmediate(() => this.#make());
    return unused;
  }

  #make(): void {
    if (this.#refused || this.#ready.length > 0) return;
    const paths = Array.from({ length: MADE_AT_ONCE }, () => join(this.#folder, String(this.#made++)));
    const { status } = spawnSync('mkfifo', ['--mode=600', ...paths], { stdio: 'ignore' });
    if (status === 0) this.#ready.push(...paths);
    else this.#refused = true;
  }
}

function openPipe(path: string): OutputPipe {
  // Without waiting for a writer; the other end then finds its reader, and blocks as programs expect.
  const agentEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const programEnd = openSync(path, constants.O_WRONLY);
    return { output: new Socket({ fd: agentEnd, readable: true, writable: false }), programEnd };
  } catch (error) {
    closeSync(agentEnd);
    throw error;
  }
}
