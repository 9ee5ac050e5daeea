import type { Fact, SchedulerState } from '@fleetune/scheduler';
import { Counter, Gauge, type Registry } from 'prom-client';

type WarmPoolFact = Extract<Fact, { kind: 'WarmPoolReused' | 'WarmPoolMissed' | 'WarmPoolEnded' }>;

/** What warm pools gave and cost. Fields and reasons are words of ours, so every label is bounded. */
export class WarmPoolMetrics {
  readonly #hits: Counter;
  readonly #misses: Counter;
  readonly #ended: Counter;
  readonly #retained: Counter;

  constructor(registry: Registry, state: () => Readonly<SchedulerState> | undefined) {
    const registers = [registry];
    this.#hits = new Counter({
      name: 'fleetune_warm_pool_hits_total',
      help: 'Training jobs that started in a slot that was kept for them.',
      registers,
    });
    this.#misses = new Counter({
      name: 'fleetune_warm_pool_misses_total',
      help: 'Training jobs that started cold although their tenant had a slot kept, by the first field that differed.',
      labelNames: ['field'],
      registers,
    });
    this.#ended = new Counter({
      name: 'fleetune_warm_pools_terminated_total',
      help: 'Slots that were given back, by the reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#retained = new Counter({
      name: 'fleetune_warm_pool_retained_seconds_total',
      help: 'Time that slots were kept for the next training job: what is billed for warm pools.',
      registers,
    });
    new Gauge({
      name: 'fleetune_warm_pools',
      help: 'Warm pools that a training job runs in, or that wait for one.',
      labelNames: ['state'],
      registers,
      collect() {
        let inUse = 0;
        for (const { warmPool } of state()?.trainingJobs.values() ?? []) if (warmPool?.status === 'InUse') inUse += 1;
        this.set({ state: 'InUse' }, inUse);
        this.set({ state: 'Available' }, state()?.warmPools.size ?? 0);
      },
    });
  }

  observe(fact: WarmPoolFact): void {
    switch (fact.kind) {
      case 'WarmPoolReused':
        this.#retained.inc(fact.retainedMs / 1000);
        return this.#hits.inc();
      case 'WarmPoolMissed':
        return this.#misses.inc({ field: fact.field });
      case 'WarmPoolEnded':
        this.#retained.inc(fact.retainedMs / 1000);
        return this.#ended.inc({ reason: fact.how });
    }
  }
}
