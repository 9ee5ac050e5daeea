import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { link, mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PipeContent } from '@fleetune/artifacts';
import { leadsInside } from '../contract/failure-file.js';

/** How often it is looked whether the program has opened a FIFO; no call waits for that without holding a thread. */
const LOOK_EVERY_MS = 10;

export interface PipeNames {
  /** The training root. */
  readonly root: string;
  /** The folder in which the program finds the FIFOs. */
  readonly shownIn: string;
  /** Here the same FIFOs have names that the program cannot put something else in the place of. */
  readonly privateFolder: string;
  readonly name: string;
}

/**
 * Feeds a channel into FIFOs, SageMaker's way: `<channel>_0` has the whole data once and ends, then `<channel>_1` has it
 * once more, for as long as the program opens them. One that closes a FIFO early goes on with the next.
 */
export class PipeFeeder {
  readonly #content: PipeContent;
  readonly #names: PipeNames;
  readonly #stopping = new AbortController();
  #feeding: Promise<void> = Promise.resolve();

  constructor(content: PipeContent, names: PipeNames) {
    this.#content = content;
    this.#names = names;
  }

  /** Makes the first FIFO, which must be there when the program starts. */
  async prepare(): Promise<void> {
    await mkdir(this.#names.privateFolder, { recursive: true });
    await this.#make(0);
  }

  /** @param onFault told when the data cannot be read on; the program then sees its end. */
  start(onFault: (error: unknown) => void): void {
    this.#feeding = this.#feed().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) onFault(error);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The program has ended.'));
    await this.#feeding;
  }

  async #feed(): Promise<void> {
    const { signal } = this.#stopping;
    for (let epoch = 0; !signal.aborted; epoch += 1) {
      const file = await this.#openWhenRead(epoch, signal);
      const pipe = new Socket({ fd: file, readable: false, writable: true });
      try {
        // The next one is there before this one ends, so that a program can open it at once.
        await this.#make(epoch + 1);
        await pipeline(this.#content.stream(epoch, signal), pipe, { signal });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
      } finally {
        pipe.destroy();
      }
    }
  }

  async #openWhenRead(epoch: number, signal: AbortSignal): Promise<number> {
    const path = join(this.#names.privateFolder, this.#fileName(epoch));
    for (;;) {
      try {
        return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      } catch (error) {
        // ENXIO: nobody reads yet.
        if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      }
      await pause(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  async #make(epoch: number): Promise<void> {
    const { root, shownIn, privateFolder } = this.#names;
    const path = join(privateFolder, this.#fileName(epoch));
    await promisify(execFile)('mkfifo', ['--mode=644', path]);
    if (!(await leadsInside(root, shownIn))) throw new Error(`${shownIn} is not where it was.`);
    await link(path, join(shownIn, this.#fileName(epoch)));
  }

  #fileName(epoch: number): string {
    return `${this.#names.name}_${epoch}`;
  }
}
