import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Container } from 'dockerode';
import type { ContainerEngine } from './container-engine.js';
import { OutputFrames } from './output-frames.js';

const BEGINNING_BYTES = 512;

/** What a container prints, through as many connections to the engine as it takes. */
export class ContainerOutput {
  readonly stream = new PassThrough();
  readonly #engine: ContainerEngine;
  readonly #container: Container;
  readonly #closing = new AbortController();
  #flow: Promise<void> | undefined;
  #isConnecting = false;
  #beginning = '';

  constructor(engine: ContainerEngine, container: Container) {
    this.#engine = engine;
    this.#container = container;
  }

  /** The first bytes that were printed, as Latin-1. */
  get beginning(): string {
    return this.#beginning;
  }

  /** True while there is a connection, or one on its way. */
  get isConnected(): boolean {
    return this.#flow !== undefined || this.#isConnecting;
  }

  /** When the connection ends: with the output, or with the engine. */
  get disconnected(): Promise<void> {
    return this.#flow ?? Promise.resolve();
  }

  /** @throws EngineUnreachableError, or what the engine said. */
  async connect(): Promise<void> {
    this.#isConnecting = true;
    try {
      const abortSignal = this.#closing.signal;
      const options = { stream: true, stdout: true, stderr: true, hijack: true, abortSignal } as const;
      const printed = await this.#engine.ask(() => this.#container.attach(options));
      this.#flow = this.#pass(printed as unknown as Readable).finally(() => {
        this.#flow = undefined;
      });
    } finally {
      this.#isConnecting = false;
    }
  }

  /** The container has ended: what is still on its way is the last. */
  close(): void {
    this.#closing.abort();
    void this.disconnected.then(() => this.stream.end());
  }

  async #pass(printed: Readable): Promise<void> {
    const frames = new OutputFrames();
    const end = () => frames.end();
    printed.once('error', end).once('close', end);
    frames.on('data', (chunk: Buffer) => {
      const missing = BEGINNING_BYTES - this.#beginning.length;
      if (missing > 0) this.#beginning += chunk.toString('latin1', 0, missing);
    });
    printed.pipe(frames).pipe(this.stream, { end: false });
    await finished(frames).catch(() => undefined);
  }
}
