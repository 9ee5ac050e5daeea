import type { ProcessTree } from '../process-tree/process-tree.js';

/** A program on its way up cannot be asked to end yet; it is asked again. */
const ASK_AGAIN_MS = 20;

/** Asks a program once to end, and ends it when it has not done so in time. */
export class EndRequest {
  readonly #tree: ProcessTree;
  #graceTimer: NodeJS.Timeout | undefined;
  #askTimer: NodeJS.Timeout | undefined;

  constructor(tree: ProcessTree) {
    this.#tree = tree;
  }

  /** SIGTERM to every process now, and SIGKILL after `graceMs`. Only the first call counts. */
  make(graceMs: number): void {
    if (this.#graceTimer !== undefined) return;
    this.#graceTimer = setTimeout(() => void this.#tree.kill(), graceMs);
    this.#ask();
  }

  /** The program has ended. */
  close(): void {
    clearTimeout(this.#graceTimer);
    clearTimeout(this.#askTimer);
  }

  #ask(): void {
    if (this.#tree.terminate() === 0) this.#askTimer = setTimeout(() => this.#ask(), ASK_AGAIN_MS);
  }
}
