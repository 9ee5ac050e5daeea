import { Changes } from '../changes.js';
import type { LogReader } from '../execution/attempt-execution.js';

const CHUNK_BYTES = 64 * 1024;
/** Bytes on their way that the server has not made durable yet. */
const WINDOW_BYTES = 1024 * 1024;

/** One attempt's log on its way to the server. */
export class LogStream {
  readonly #reader: LogReader;
  readonly #send: (offset: number, data: Uint8Array) => boolean;
  readonly #onReadFailure: (error: unknown) => void;
  #sentOffset = 0;
  #acknowledgedOffset = 0;
  #shipping: Promise<void> | undefined;
  /** Counts rewinds, so that a read begun before one is not sent after it. */
  #turn = 0;
  #lastCheck = { sentOffset: 0, acknowledgedOffset: 0 };
  #closed = false;
  readonly #changes = new Changes();

  constructor(
    reader: LogReader,
    send: (offset: number, data: Uint8Array) => boolean,
    onReadFailure: (error: unknown) => void,
  ) {
    this.#reader = reader;
    this.#send = send;
    this.#onReadFailure = onReadFailure;
  }

  get windowFull(): boolean {
    return !this.#closed && this.#sentOffset - this.#acknowledgedOffset >= WINDOW_BYTES;
  }

  /** Sends until the end of the log, the window, or the connection is reached. */
  ship(): Promise<void> {
    if (this.#shipping === undefined && this.#hasMore()) {
      this.#shipping = this.#shipAll().finally(() => {
        this.#shipping = undefined;
      });
    }
    return this.#shipping ?? Promise.resolve();
  }

  /** Resolves when everything printed so far was sent once. */
  async shipped(): Promise<void> {
    await this.#changes.until(() => this.#closed || this.#sentOffset >= this.#reader.length);
  }

  /** Resolves when the server has everything printed so far. */
  async settled(): Promise<void> {
    await this.#changes.until(() => this.#closed || this.#acknowledgedOffset >= this.#reader.length);
  }

  acknowledged(nextOffset: number): void {
    this.#acknowledgedOffset = Math.max(this.#acknowledgedOffset, nextOffset);
    this.#sentOffset = Math.max(this.#sentOffset, this.#acknowledgedOffset);
    this.#changes.announce();
    void this.ship();
  }

  rewind(): void {
    this.#turn += 1;
    this.#sentOffset = this.#acknowledgedOffset;
    void this.#shipping?.then(() => this.ship());
    void this.ship();
  }

  /** Called from time to time: sends again what was sent before the last call and has seen no acknowledgement since. */
  repeatStale(): void {
    const { sentOffset, acknowledgedOffset } = this.#lastCheck;
    this.#lastCheck = { sentOffset: this.#sentOffset, acknowledgedOffset: this.#acknowledgedOffset };
    if (sentOffset > this.#acknowledgedOffset && acknowledgedOffset === this.#acknowledgedOffset) this.rewind();
  }

  close(): void {
    this.#closed = true;
    this.#changes.announce();
  }

  #hasMore(): boolean {
    return !this.#closed && !this.windowFull && this.#sentOffset < this.#reader.length;
  }

  async #shipAll(): Promise<void> {
    const turn = this.#turn;
    try {
      while (this.#hasMore()) {
        const { offset, data } = await this.#reader.read(this.#sentOffset, CHUNK_BYTES);
        if (turn !== this.#turn || this.#closed || data.length === 0) return;
        if (!this.#send(offset, data)) return;
        this.#sentOffset = offset + data.length;
      }
    } catch (error) {
      this.#onReadFailure(error);
    } finally {
      this.#changes.announce();
    }
  }
}
