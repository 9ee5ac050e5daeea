import type { WarmPoolState } from './warm-pool-state.js';

/** The slots that are retained now, and the attempts on class queues that could have one, by what must match. */
export class WarmPools {
  readonly #byJob = new Map<string, WarmPoolState>();
  readonly #byKey = new Map<string, Set<WarmPoolState>>();
  readonly #byAgent = new Map<string, Set<WarmPoolState>>();
  readonly #byTenant = new Map<string, Set<WarmPoolState>>();
  readonly #queued = new Map<string, Set<string>>();

  get size(): number {
    return this.#byJob.size;
  }

  add(pool: WarmPoolState): void {
    this.#byJob.set(pool.trainingJobId, pool);
    into(this.#byKey, pool.key, pool);
    into(this.#byAgent, pool.agentId, pool);
    into(this.#byTenant, pool.tenant, pool);
  }

  delete(pool: WarmPoolState): void {
    this.#byJob.delete(pool.trainingJobId);
    outOf(this.#byKey, pool.key, pool);
    outOf(this.#byAgent, pool.agentId, pool);
    outOf(this.#byTenant, pool.tenant, pool);
  }

  /** @param trainingJobId of the one that ran there last. */
  get(trainingJobId: string): WarmPoolState | undefined {
    return this.#byJob.get(trainingJobId);
  }

  values(): IterableIterator<WarmPoolState> {
    return this.#byJob.values();
  }

  /** Pools for the same training jobs, together. */
  groups(): IterableIterator<ReadonlySet<WarmPoolState>> {
    return this.#byKey.values();
  }

  ofAgent(agentId: string): readonly WarmPoolState[] {
    return [...(this.#byAgent.get(agentId) ?? [])];
  }

  ofTenant(tenant: string): ReadonlySet<WarmPoolState> {
    return this.#byTenant.get(tenant) ?? new Set();
  }

  /** An attempt of a training job that could have such a slot is on a class queue. */
  queued(key: string, trainingJobId: string): void {
    into(this.#queued, key, trainingJobId);
  }

  leftQueue(key: string, trainingJobId: string): void {
    outOf(this.#queued, key, trainingJobId);
  }

  /** The training job that waits longest on a class queue for such a slot. */
  firstQueued(key: string): string | undefined {
    return this.#queued.get(key)?.values().next().value;
  }
}

function into<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
}

function outOf<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
