import type { AgentClock } from './clock.js';

interface Waiting {
  readonly expiresAtMs: number;
  readonly expire: () => void;
}

/**
 * Many waits of the same length on a single timer: because all take equally long, the oldest is always the next to
 * expire. Cheap enough to guard every message.
 */
export class TimeoutQueue<K> {
  readonly #clock: AgentClock;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<K, Waiting>();
  #callOff: (() => void) | undefined;

  constructor(clock: AgentClock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs `expire` after the queue's time unless `key` is deleted before. Adding a key again starts its time anew. */
  add(key: K, expire: () => void): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, { expiresAtMs: this.#clock.monotonicMs() + this.#timeoutMs, expire });
    if (this.#callOff === undefined) this.#arm();
  }

  delete(key: K): boolean {
    return this.#waiting.delete(key);
  }

  /** Forgets every wait without running it. */
  clear(): void {
    this.#waiting.clear();
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #arm(): void {
    const next = this.#waiting.values().next();
    if (next.done === true) return;
    const delayMs = Math.max(0, next.value.expiresAtMs - this.#clock.monotonicMs());
    this.#callOff = this.#clock.after(delayMs, () => {
      this.#callOff = undefined;
      this.#expireOldest();
      if (this.#callOff === undefined) this.#arm();
    });
  }

  #expireOldest(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, { expiresAtMs, expire }] of this.#waiting) {
      if (expiresAtMs > nowMs) return;
      this.#waiting.delete(key);
      expire();
    }
  }
}
