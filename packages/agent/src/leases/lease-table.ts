import type { AttemptKey } from '@fleetune/domain';
import { attemptName } from '../attempts/attempt-name.js';

export interface LeaseTerms {
  /** How long a lease lasts without renewal. */
  readonly ttlMs: number;
  readonly renewEveryMs: number;
}

/** `stop`: ask the program to save and end. `kill`: the lease is over, nothing of the attempt may live on. */
export interface LeaseOrder {
  readonly kind: 'stop' | 'kill';
  readonly key: AttemptKey;
}

interface Lease {
  readonly key: AttemptKey;
  /** When the last message that the server answered with this lease was SENT, so the server's time is never shorter. */
  heldFromMs: number;
  stopOrdered: boolean;
}

/**
 * The leases an agent holds, as a state machine over moments of its monotonic clock that the caller passes in. A lease
 * that nobody renews is first stopped, while there is time for the program to save, and then killed, before the server
 * may give the attempt to somebody else.
 */
export class LeaseTable {
  readonly #leases = new Map<string, Lease>();
  #terms: LeaseTerms;

  constructor(terms: LeaseTerms) {
    this.#terms = terms;
  }

  /** Terms of a new connection; they count for the leases already held too. */
  setTerms(terms: LeaseTerms): void {
    this.#terms = terms;
  }

  /** Enters a lease granted in answer to a claim sent at `askedAtMs`. */
  grant(key: AttemptKey, askedAtMs: number): void {
    this.#leases.set(attemptName(key), { key, heldFromMs: askedAtMs, stopOrdered: false });
  }

  /** The attempt is over and accounted for, or is not ours any more. */
  release(key: AttemptKey): void {
    this.#leases.delete(attemptName(key));
  }

  holds(key: AttemptKey): boolean {
    return this.#leases.has(attemptName(key));
  }

  /** Enters that the server renewed these leases, asked to at `sentAtMs`. Older answers change nothing. */
  renew(keys: readonly AttemptKey[], sentAtMs: number): void {
    for (const key of keys) {
      const lease = this.#leases.get(attemptName(key));
      if (lease !== undefined && sentAtMs > lease.heldFromMs) lease.heldFromMs = sentAtMs;
    }
  }

  /** What has to be done by `nowMs`. Every lease is stopped at most once; a killed one leaves the table. */
  due(nowMs: number): LeaseOrder[] {
    const orders: LeaseOrder[] = [];
    for (const [name, lease] of this.#leases) {
      if (nowMs >= this.#killAtMs(lease)) {
        this.#leases.delete(name);
        orders.push({ kind: 'kill', key: lease.key });
      } else if (!lease.stopOrdered && nowMs >= this.#stopAtMs(lease)) {
        lease.stopOrdered = true;
        orders.push({ kind: 'stop', key: lease.key });
      }
    }
    return orders;
  }

  /** The earliest moment at which {@link due} will have something to say; undefined when no lease is held. */
  nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const lease of this.#leases.values()) {
      const dueMs = lease.stopOrdered ? this.#killAtMs(lease) : this.#stopAtMs(lease);
      if (next === undefined || dueMs < next) next = dueMs;
    }
    return next;
  }

  /** When the first lease runs out that is not renewed until then; undefined when none is held. */
  firstEndMs(): number | undefined {
    const ends = [...this.#leases.values()].map((lease) => this.#killAtMs(lease));
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  keys(): AttemptKey[] {
    return [...this.#leases.values()].map((lease) => lease.key);
  }

  #killAtMs(lease: Lease): number {
    return lease.heldFromMs + this.#terms.ttlMs;
  }

  #stopAtMs(lease: Lease): number {
    return this.#killAtMs(lease) - savingTimeMs(this.#terms.ttlMs);
  }
}

/** Time a program gets to save before its lease ends: 5 s or a sixth of the lease, but never over a third of it. */
export function savingTimeMs(ttlMs: number): number {
  return Math.min(Math.max(5_000, ttlMs / 6), ttlMs / 3);
}
