/** A tenant's claim to the fleet. */
export interface TenantShare {
  /** Over 0. Under contention a tenant of weight 2 gets twice the slot time of one of weight 1. */
  readonly weight: number;
  /** Instances that may be queued or running at once; unlimited where undefined. */
  readonly maxInstances?: number;
}

const DEFAULT_SHARE: TenantShare = { weight: 1 };

/** Share of the fleet times milliseconds that a tenant may lag behind: what it did not want, it does not get back. */
const MAX_LAG_MS = 600_000;

/** Length of an attempt as long as none has ended. */
const FIRST_ATTEMPT_MS = 60_000;

interface Account {
  /** Attempts on queues and running, and slots kept for warm pools, by class. */
  readonly held: Map<string, number>;
  readonly running: Map<string, number>;
  /** Integral over time of the share of the fleet that runs for it, in milliseconds of the whole fleet. */
  serviceMs: number;
  asOfMs: number;
}

/**
 * Start-time fair queueing in slot time. A tenant is charged for the time its attempts run, as a share of all slots of
 * their class; the tenant with the least service per weight is next. What it holds now, on queues too, counts in advance
 * for the length of a usual attempt, so that nobody takes all that is free at once. A tenant that comes back after a
 * while starts where the others are: neither credit nor debt is carried over.
 */
export class FairShares {
  readonly #tenants: ReadonlyMap<string, TenantShare>;
  readonly #slots: (instanceClass: string) => number;
  readonly #accounts = new Map<string, Account>();
  readonly #heldByFlow = new Map<string, number>();
  /** Service per weight of the tenant that was served last. */
  #virtualMs = 0;
  #usualAttemptMs = FIRST_ATTEMPT_MS;

  /** @param slots of the whole fleet, by class. */
  constructor(tenants: ReadonlyMap<string, TenantShare>, slots: (instanceClass: string) => number) {
    this.#tenants = tenants;
    this.#slots = slots;
  }

  /** An attempt of the flow is put on its queue. */
  started(tenant: string, flow: string, instanceClass: string, nowMs: number): void {
    const account = this.#account(tenant, nowMs);
    this.#virtualMs = Math.max(this.#virtualMs, this.#servedMs(tenant, nowMs));
    change(account.held, instanceClass, 1);
    this.#heldByFlow.set(flow, this.heldByFlow(flow) + 1);
  }

  /** An agent took the attempt: from here on it is served. */
  leased(tenant: string, instanceClass: string, nowMs: number): void {
    const account = this.#account(tenant, nowMs);
    change(account.running, instanceClass, 1);
  }

  /** An attempt of the flow is over. @param ranMs since its lease; undefined when it never had one. */
  ended(tenant: string, flow: string, instanceClass: string, ranMs: number | undefined, nowMs: number): void {
    const account = this.#account(tenant, nowMs);
    change(account.held, instanceClass, -1);
    const left = this.heldByFlow(flow) - 1;
    if (left > 0) this.#heldByFlow.set(flow, left);
    else this.#heldByFlow.delete(flow);
    if (ranMs === undefined) return;
    change(account.running, instanceClass, -1);
    this.#usualAttemptMs += (ranMs - this.#usualAttemptMs) / 16;
  }

  /** A slot is kept for the tenant: it holds it and is charged for it, as if something ran there. */
  retained(tenant: string, instanceClass: string, nowMs: number): void {
    const account = this.#account(tenant, nowMs);
    change(account.held, instanceClass, 1);
    change(account.running, instanceClass, 1);
  }

  released(tenant: string, instanceClass: string, nowMs: number): void {
    const account = this.#account(tenant, nowMs);
    change(account.held, instanceClass, -1);
    change(account.running, instanceClass, -1);
  }

  /** The tenant begins to wait for slots: it starts where the least served of those is that wait or run now. */
  awaits(tenant: string, waiting: Iterable<string>, nowMs: number): void {
    const rivals = [...waiting].filter((name) => name !== tenant);
    const running = () => [...this.#accounts.keys()].filter((name) => name !== tenant && this.held(name) > 0);
    const served = (rivals.length > 0 ? rivals : running()).map((name) => this.#servedMs(name, nowMs));
    if (served.length === 0) return;
    const account = this.#account(tenant, nowMs);
    account.serviceMs = Math.max(account.serviceMs, Math.min(...served) * this.#shareOf(tenant).weight);
  }

  /** The lowest is next. */
  rank(tenant: string, nowMs: number): number {
    const servedMs = Math.max(this.#servedMs(tenant, nowMs), this.#virtualMs - MAX_LAG_MS);
    const share = this.#share(this.#account(tenant, nowMs).held);
    return servedMs + (share * this.#usualAttemptMs) / this.#shareOf(tenant).weight;
  }

  held(tenant: string): number {
    let held = 0;
    for (const count of this.#accounts.get(tenant)?.held.values() ?? []) held += count;
    return held;
  }

  heldByFlow(flow: string): number {
    return this.#heldByFlow.get(flow) ?? 0;
  }

  /** Instances that the tenant may still start. */
  quotaLeft(tenant: string): number {
    return (this.#shareOf(tenant).maxInstances ?? Number.POSITIVE_INFINITY) - this.held(tenant);
  }

  /** Service per weight. */
  #servedMs(tenant: string, nowMs: number): number {
    const account = this.#account(tenant, nowMs);
    return account.serviceMs / this.#shareOf(tenant).weight;
  }

  #shareOf(tenant: string): TenantShare {
    return this.#tenants.get(tenant) ?? DEFAULT_SHARE;
  }

  /** With its service up to now. */
  #account(tenant: string, nowMs: number): Account {
    let account = this.#accounts.get(tenant);
    if (account === undefined) {
      account = { held: new Map(), running: new Map(), serviceMs: 0, asOfMs: nowMs };
      this.#accounts.set(tenant, account);
    }
    account.serviceMs += this.#share(account.running) * Math.max(0, nowMs - account.asOfMs);
    account.asOfMs = Math.max(account.asOfMs, nowMs);
    return account;
  }

  /** Sum over classes of the part of all slots of the class. */
  #share(counts: ReadonlyMap<string, number>): number {
    let share = 0;
    for (const [instanceClass, count] of counts) share += count / Math.max(1, this.#slots(instanceClass));
    return share;
  }
}

function change(counts: Map<string, number>, instanceClass: string, by: 1 | -1): void {
  const count = (counts.get(instanceClass) ?? 0) + by;
  if (count > 0) counts.set(instanceClass, count);
  else counts.delete(instanceClass);
}
