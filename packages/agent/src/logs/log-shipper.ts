import type { AttemptKey } from '@fleetune/domain';
import { agentMessage } from '@fleetune/protocol';
import { attemptName } from '../attempts/attempt-name.js';
import type { AgentClock } from '../clock.js';
import type { LogReader } from '../execution/attempt-execution.js';
import type { Uplink } from '../gateway/uplink.js';
import { LogStream } from './log-stream.js';

/** How long grown logs wait for company, so that a chatty program makes few messages. */
const GATHER_MS = 100;
const FLUSH_LIMIT_MS = 2_000;

/** Ships the logs of all attempts: one timer for all that grew, a window for each, in order, repeated after a loss. */
export class LogShipper {
  readonly #clock: AgentClock;
  readonly #uplink: Uplink;
  readonly #onReadFailure: (key: AttemptKey, error: unknown) => void;
  readonly #streams = new Map<string, LogStream>();
  readonly #grown = new Set<LogStream>();
  #callOff: (() => void) | undefined;

  constructor(clock: AgentClock, uplink: Uplink, onReadFailure: (key: AttemptKey, error: unknown) => void) {
    this.#clock = clock;
    this.#uplink = uplink;
    this.#onReadFailure = onReadFailure;
  }

  add(key: AttemptKey, reader: LogReader): void {
    const send = (offset: number, data: Uint8Array) =>
      this.#uplink.send(
        agentMessage({
          case: 'logChunk',
          value: { key, offset: BigInt(offset), data, timestampMs: BigInt(Math.round(this.#clock.wallMs())) },
        }),
      );
    const stream = new LogStream(reader, send, (error) => this.#onReadFailure(key, error));
    this.#streams.set(attemptName(key), stream);
  }

  grew(key: AttemptKey): void {
    const stream = this.#streams.get(attemptName(key));
    if (stream === undefined) return;
    this.#grown.add(stream);
    this.#callOff ??= this.#clock.after(GATHER_MS, () => {
      this.#callOff = undefined;
      for (const each of this.#grown) void each.ship();
      this.#grown.clear();
    });
  }

  /** Sends what is left of a log that will not grow any more; gives up after 2 s, or without a connection. */
  async flush(key: AttemptKey): Promise<void> {
    const stream = this.#streams.get(attemptName(key));
    if (stream === undefined) return;
    this.#grown.delete(stream);
    await stream.ship();
    if (!stream.windowFull) return;
    await new Promise<void>((resolve) => {
      const callOff = this.#clock.after(FLUSH_LIMIT_MS, resolve);
      void stream.shipped().then(() => {
        callOff();
        resolve();
      });
    });
  }

  acknowledged(key: AttemptKey, nextOffset: number): void {
    this.#streams.get(attemptName(key))?.acknowledged(nextOffset);
  }

  /** Resolves when the server has the attempt's whole log. */
  settled(key: AttemptKey): Promise<void> {
    return this.#streams.get(attemptName(key))?.settled() ?? Promise.resolve();
  }

  /** Goes back to what was acknowledged, on a new connection. */
  resume(key: AttemptKey): void {
    this.#streams.get(attemptName(key))?.rewind();
  }

  /** Sends again what the server has not acknowledged for long, because it could not store it. */
  repeatStale(): void {
    for (const stream of this.#streams.values()) stream.repeatStale();
  }

  remove(key: AttemptKey): void {
    const name = attemptName(key);
    const stream = this.#streams.get(name);
    if (stream === undefined) return;
    stream.close();
    this.#grown.delete(stream);
    this.#streams.delete(name);
  }

  close(): void {
    this.#callOff?.();
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#grown.clear();
  }
}
