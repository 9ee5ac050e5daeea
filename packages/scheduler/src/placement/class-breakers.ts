/** So many attempts in a row that ended by the fleet's fault before their program started. */
const FAILURES = 3;
const FIRST_OPEN_MS = 60_000;
const MAX_OPEN_MS = 900_000;
/** Part of the time by which it varies, so that classes do not come back together. */
const JITTER = 0.2;

interface Breaker {
  failures: number;
  opened: number;
  openUntilMs: number;
}

/**
 * Instance classes that take attempts and do not start them. After some failures in a row a class is passed over in
 * fallback lists for a while, then tried again; each failure from then on closes the door for twice as long.
 */
export class ClassBreakers {
  readonly #breakers = new Map<string, Breaker>();

  /** @returns true when the class is passed over from now on. */
  failed(instanceClass: string, nowMs: number, random: () => number): boolean {
    const breaker = this.#breakers.get(instanceClass) ?? { failures: 0, opened: 0, openUntilMs: 0 };
    this.#breakers.set(instanceClass, breaker);
    if (nowMs < breaker.openUntilMs) return false;
    breaker.failures += 1;
    if (breaker.failures < FAILURES) return false;
    const openMs = Math.min(FIRST_OPEN_MS * 2 ** breaker.opened, MAX_OPEN_MS);
    breaker.openUntilMs = nowMs + openMs * (1 - JITTER / 2 + JITTER * random());
    breaker.opened += 1;
    return true;
  }

  /** A program of the class started. */
  succeeded(instanceClass: string): void {
    this.#breakers.delete(instanceClass);
  }

  isOpen(instanceClass: string, nowMs: number): boolean {
    return nowMs < (this.#breakers.get(instanceClass)?.openUntilMs ?? 0);
  }
}
