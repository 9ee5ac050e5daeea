import type { Fact, SchedulerState } from '@fleetune/scheduler';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { diskMetrics } from './disk-metrics.js';
import type { OperationClass } from './throttling/request-throttle.js';
import { WarmPoolMetrics } from './warm-pool-metrics.js';

/** Bounds of waits in seconds: 10 ms to about three hours, growing fourfold. */
const WAIT_BUCKETS = [0.01, 0.04, 0.16, 0.64, 2.5, 10, 40, 160, 640, 2_500, 10_000];
const STARTUP_BUCKETS = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.6, 5, 10, 30, 60, 180];
const SUGGEST_BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** Gauges of the library's that are called totals, against the naming rules that `promtool check metrics` has. */
const MISNAMED_METRICS = ['handles', 'requests', 'resources'].map((what) => `fleetune_nodejs_active_${what}_total`);

/** Instance classes are named by users: those after the first so many share a label. */
const MAX_CLASS_LABELS = 100;

/** The server's Prometheus metrics. No label is unbounded: never a job, an agent or a hyperparameter. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #finished: Counter;
  readonly #attempts: Counter;
  readonly #tuningFinished: Counter;
  readonly #queueWait: Histogram;
  readonly #startup: Histogram;
  readonly #suggest: Histogram;
  readonly #leaseExpired: Counter;
  readonly #fallbacks: Counter;
  readonly #breakersOpened: Counter;
  readonly #fencedWrites: Counter;
  readonly #throttled: Counter;
  readonly #logBytes: Counter;
  readonly #metricPoints: Counter;
  readonly #warmPools: WarmPoolMetrics;
  readonly #classes = new Set<string>();

  /** @param dataDirectory whose disk is looked at. */
  constructor(version: string, state: () => Readonly<SchedulerState> | undefined, dataDirectory: string) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'fleetune_' });
    for (const name of MISNAMED_METRICS) this.registry.removeSingleMetric(name);
    diskMetrics(this.registry, dataDirectory);
    new Gauge({
      name: 'fleetune_build_info',
      help: 'Always 1; the version is in the label.',
      labelNames: ['version'],
      registers,
    }).set({ version }, 1);
    this.#finished = new Counter({
      name: 'fleetune_training_jobs_finished_total',
      help: 'Training jobs that ended, by status.',
      labelNames: ['status'],
      registers,
    });
    this.#tuningFinished = new Counter({
      name: 'fleetune_tuning_jobs_finished_total',
      help: 'Tuning jobs that ended, by status.',
      labelNames: ['status'],
      registers,
    });
    this.#attempts = new Counter({
      name: 'fleetune_attempts_total',
      help: 'Attempts that ended, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#queueWait = new Histogram({
      name: 'fleetune_queue_wait_seconds',
      help: 'From an attempt being queued to its lease.',
      labelNames: ['instance_class'],
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.#startup = new Histogram({
      name: 'fleetune_training_job_startup_seconds',
      help: 'From a slot being free to the first output of the program it ran next.',
      buckets: STARTUP_BUCKETS,
      registers,
    });
    this.#suggest = new Histogram({
      name: 'fleetune_suggest_seconds',
      help: 'Time a strategy took to suggest.',
      labelNames: ['strategy'],
      buckets: SUGGEST_BUCKETS,
      registers,
    });
    this.#leaseExpired = new Counter({
      name: 'fleetune_lease_expired_total',
      help: 'Leases that ran out because an agent stopped renewing them.',
      registers,
    });
    this.#fallbacks = new Counter({
      name: 'fleetune_fallbacks_total',
      help: 'Entries of fallback lists that were passed over, by the class that served instead and the reason.',
      labelNames: ['from', 'to', 'reason'],
      registers,
    });
    this.#breakersOpened = new Counter({
      name: 'fleetune_class_breakers_opened_total',
      help: 'Times that a class was passed over for a while because it did not start what it took.',
      labelNames: ['instance_class'],
      registers,
    });
    this.#fencedWrites = new Counter({
      name: 'fleetune_fenced_writes_total',
      help: 'Writes refused because they carried an old fence.',
      labelNames: ['kind'],
      registers,
    });
    this.#throttled = new Counter({
      name: 'fleetune_throttled_requests_total',
      help: 'Signed requests refused because their access key asked too much.',
      labelNames: ['class'],
      registers,
    });
    this.#logBytes = new Counter({ name: 'fleetune_log_bytes_total', help: 'Log bytes stored.', registers });
    this.#metricPoints = new Counter({
      name: 'fleetune_metric_points_total',
      help: 'Metric points received.',
      registers,
    });
    this.#warmPools = new WarmPoolMetrics(this.registry, state);
    this.#gauges(state);
    // Prometheus sees a counter grow only when it has seen it before.
    for (const status of ['Completed', 'Failed', 'Stopped']) this.#finished.inc({ status }, 0);
    for (const kind of ['claim', 'phase', 'metrics', 'report']) this.#fencedWrites.inc({ kind }, 0);
  }

  observe(fact: Fact): void {
    switch (fact.kind) {
      case 'AttemptEnded':
        return this.#attempts.inc({ outcome: fact.outcome });
      case 'AttemptLeased':
        return this.#queueWait.observe(
          { instance_class: this.#classLabel(fact.instanceClass) },
          fact.queueWaitMs / 1000,
        );
      case 'TrainingJobEnded':
        this.#finished.inc({ status: fact.status });
        if (fact.startupMs !== undefined) this.#startup.observe(fact.startupMs / 1000);
        return;
      case 'TuningJobEnded':
        return this.#tuningFinished.inc({ status: fact.status });
      case 'FellBack': {
        const [from, to] = [this.#classLabel(fact.from), this.#classLabel(fact.to)];
        return this.#fallbacks.inc({ from, to, reason: fact.reason });
      }
      case 'BreakerOpened':
        return this.#breakersOpened.inc({ instance_class: this.#classLabel(fact.instanceClass) });
      case 'LeaseExpired':
        return this.#leaseExpired.inc();
      case 'WarmPoolReused':
      case 'WarmPoolMissed':
      case 'WarmPoolEnded':
        return this.#warmPools.observe(fact);
      case 'FencedWrite':
        return this.#fencedWrites.inc({ kind: fact.write });
    }
  }

  #classLabel(instanceClass: string): string {
    if (this.#classes.size < MAX_CLASS_LABELS) this.#classes.add(instanceClass);
    return this.#classes.has(instanceClass) ? instanceClass : 'other';
  }

  suggested(strategy: string, seconds: number): void {
    this.#suggest.observe({ strategy }, seconds);
  }

  throttled(operationClass: OperationClass): void {
    this.#throttled.inc({ class: operationClass });
  }

  logBytes(bytes: number): void {
    this.#logBytes.inc(bytes);
  }

  metricPoints(points: number): void {
    this.#metricPoints.inc(points);
  }

  /** Read from the scheduler when Prometheus asks. */
  #gauges(state: () => Readonly<SchedulerState> | undefined): void {
    const registers = [this.registry];
    new Gauge({
      name: 'fleetune_training_jobs',
      help: 'Training jobs that are not over: waiting for room, on a class queue, or running.',
      labelNames: ['state'],
      registers,
      collect() {
        const counts = { waiting: 0, queued: 0, running: 0 };
        for (const job of state()?.trainingJobs.values() ?? []) {
          if (job.attempt?.state === 'Leased') counts.running += 1;
          else if (job.attempt?.state === 'Queued') counts.queued += 1;
          else counts.waiting += 1;
        }
        for (const [name, count] of Object.entries(counts)) this.set({ state: name }, count);
      },
    });
    new Gauge({
      name: 'fleetune_tuning_jobs',
      help: 'Tuning jobs that are not over.',
      labelNames: ['status'],
      registers,
      collect() {
        const counts = { InProgress: 0, Stopping: 0 };
        for (const job of state()?.tuningJobs.values() ?? []) {
          counts[job.status === 'Stopping' ? 'Stopping' : 'InProgress'] += 1;
        }
        for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
      },
    });
    new Gauge({
      name: 'fleetune_queue_pending',
      help: 'Attempts on a class queue that nobody has claimed.',
      labelNames: ['instance_class'],
      registers,
      collect() {
        this.reset();
        for (const [instanceClass, count] of state()?.queuedByClass ?? [])
          this.set({ instance_class: instanceClass }, count);
      },
    });
    new Gauge({
      name: 'fleetune_agents',
      help: 'Connected agents.',
      labelNames: ['state'],
      registers,
      collect() {
        const counts = { Ready: 0, Draining: 0, Silent: 0 };
        for (const agent of state()?.agents.values() ?? []) counts[agent.state] += 1;
        for (const [name, count] of Object.entries(counts)) this.set({ state: name }, count);
      },
    });
    new Gauge({
      name: 'fleetune_slots',
      help: 'Slots of connected agents; an agent that serves several classes is counted by its largest offer.',
      labelNames: ['state'],
      registers,
      collect() {
        let used = 0;
        let retained = 0;
        let total = 0;
        for (const agent of state()?.agents.values() ?? []) {
          used += agent.leases.size;
          retained += agent.retained.size;
          total += Math.max(0, ...agent.offers.values());
        }
        this.set({ state: 'used' }, used);
        this.set({ state: 'retained' }, retained);
        this.set({ state: 'free' }, Math.max(0, total - used - retained));
      },
    });
  }
}
