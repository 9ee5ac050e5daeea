import {
  DEFAULT_SETTINGS,
  newTrainingJobProgress,
  newTuningJobProgress,
  restoreState,
  step,
} from '@fleetune/scheduler';
import { Timeline } from '@fleetune/scheduler/simulator';

const CLAIM_MS = 5;
const ANSWER_MS = 5;

/**
 * A healthy fleet in virtual time around the scheduler's own `step`: every agent claims, renews, trains and reports.
 * What a program does is its length, in seconds, read from the training job's hyperparameters.
 */
export class Fleet {
  timeline = new Timeline(1_700_000_000_000);
  ended = 0;
  events = 0;
  #random;
  #onStep;
  #agents = new Map();
  #idle = [];
  #queues = new Map();

  /**
   * @param onStep told of each event, how long its step took, and how many training jobs waited.
   * @param onStart told of each training job that begins to run, @param onEnd of each that ended.
   */
  constructor({ settings = {}, renewEveryMs = 5_000, tickMs = 1_000, random, onStep, onStart, onEnd }) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.state = restoreState({ tuningJobs: [], trainingJobs: [], warmPools: [] }, this.settings, this.timeline.nowMs);
    this.renewEveryMs = renewEveryMs;
    this.#random = random;
    this.#onStep = onStep;
    this.onStart = onStart;
    this.onEnd = onEnd;
    const tick = () => {
      this.post({ kind: 'Ticked' });
      this.timeline.after(tickMs, tick);
    };
    this.timeline.after(tickMs, tick);
  }

  addAgent(id, slots) {
    const agent = { id, slots, running: new Map() };
    this.#agents.set(id, agent);
    for (let slot = 0; slot < slots; slot += 1) this.#idle.push(agent);
    this.post({ kind: 'AgentConnected', agentId: id, epoch: id, offers: new Map([['*', slots]]), held: [], kept: [] });
    const renew = () => {
      const keys = [...agent.running.values()];
      this.post({ kind: 'LeasesRenewed', agentId: id, keys, sentAtMonotonicMs: 0n });
      this.timeline.after(this.renewEveryMs, renew);
    };
    this.timeline.after(this.renewEveryMs * this.#random(), renew);
  }

  submitTraining({ id, tenant, spec }) {
    const nowMs = this.timeline.nowMs;
    const job = { id, tenant, name: id, spec, createdAtMs: nowMs, ...newTrainingJobProgress(nowMs) };
    this.post({ kind: 'TrainingJobCreated', job });
  }

  submitTuning({ id, tenant, spec }) {
    const nowMs = this.timeline.nowMs;
    const job = { id, tenant, name: id, spec, createdAtMs: nowMs, ...newTuningJobProgress(spec, nowMs) };
    this.post({ kind: 'TuningJobCreated', job });
  }

  /** Runs until `isOver`, or for so long. */
  run(isOver, untilMs = Number.POSITIVE_INFINITY) {
    while (!isOver() && this.timeline.nowMs < untilMs && this.timeline.advance());
  }

  post(event) {
    const startedMs = this.#onStep === undefined ? 0 : performance.now();
    const effects = step(this.state, event, this.timeline.nowMs, this.#random);
    this.#onStep?.(event, performance.now() - startedMs, this.state.pending.size, effects);
    this.events += 1;
    for (const effect of effects) this.#act(effect);
  }

  #act(effect) {
    switch (effect.kind) {
      case 'Enqueue':
        return this.#enqueue(effect.instanceClass, effect.key);
      case 'Ask':
        return this.#suggest(effect.tuningJob, effect.count);
      case 'GrantLease':
        return this.#start(this.#agents.get(effect.agentId), effect.grant);
      case 'RefuseClaim':
        return this.#takeNext(this.#agents.get(effect.agentId));
      case 'SaveTrainingJob': {
        // A row is written and forgotten: the store's part of memory is not the scheduler's.
        effect.job.endedAttempts.length = 0;
        if (effect.job.endedAtMs !== undefined) {
          this.ended += 1;
          this.onEnd?.(effect.job);
        }
      }
    }
  }

  #enqueue(instanceClass, key) {
    const agent = this.#idle.pop();
    if (agent !== undefined) return this.#claim(agent, key);
    const queue = this.#queues.get(instanceClass) ?? { entries: [], first: 0 };
    this.#queues.set(instanceClass, queue);
    queue.entries.push(key);
  }

  #claim(agent, key) {
    this.timeline.after(CLAIM_MS * this.#random(), () => this.post({ kind: 'ClaimRequested', agentId: agent.id, key }));
  }

  #suggest(tuningJob, count) {
    const suggestions = Array.from({ length: count }, (_, position) => ({
      index: tuningJob.launched + position,
      definition: 0,
      configuration: { x: this.#random() },
    }));
    this.timeline.after(ANSWER_MS, () =>
      this.post({ kind: 'Suggested', tuningJobId: tuningJob.id, asked: { suggestions, exhausted: false } }),
    );
  }

  #start(agent, { key, spec }) {
    agent.running.set(key.trainingJobId, key);
    this.onStart?.(key.trainingJobId, this.timeline.nowMs);
    const meanMs = Number(spec.hyperparameters.meanSeconds) * 1000;
    const lengthMs = meanMs * (0.25 + 1.5 * this.#random());
    this.post({ kind: 'PhaseChanged', agentId: agent.id, key, phase: 'Starting', message: '' });
    this.timeline.after(500, () =>
      this.post({ kind: 'PhaseChanged', agentId: agent.id, key, phase: 'Training', message: '' }),
    );
    this.timeline.after(500 + lengthMs, () => {
      agent.running.delete(key.trainingJobId);
      const endMs = this.timeline.nowMs;
      const finalMetrics = [{ name: 'score', value: this.#random(), timestampMs: endMs }];
      const times = { trainingStartMs: endMs - lengthMs, trainingEndMs: endMs };
      const result = { key, outcome: { kind: 'Succeeded' }, finalMetrics, ...times };
      this.post({ kind: 'AttemptReported', agentId: agent.id, result });
      this.#takeNext(agent);
    });
  }

  #takeNext(agent) {
    for (const queue of this.#queues.values()) {
      const key = queue.entries[queue.first];
      if (key === undefined) continue;
      queue.first += 1;
      if (queue.first > 1_000) queue.entries.splice(0, queue.first);
      if (queue.first > 1_000) queue.first = 0;
      return this.#claim(agent, key);
    }
    this.#idle.push(agent);
  }
}

/** @param meanSeconds of a training. */
export function trainingSpec({ instanceType = 'small', priority = 0, meanSeconds }) {
  return {
    algorithm: { kind: 'command', command: ['true'] },
    hyperparameters: { meanSeconds: String(meanSeconds) },
    channels: [],
    outputUri: 'file:///out',
    instances: [{ instanceType, instanceCount: 1, volumeSizeGib: 1 }],
    stopping: { maxRuntimeSeconds: 86_400 },
    maximumRetryAttempts: 0,
    environment: {},
    metricDefinitions: [{ name: 'score', regex: 'score=(.*)' }],
    networkIsolation: false,
    spot: false,
    keepAliveSeconds: 0,
    priority,
  };
}

export function tuningSpec({ trainingJobs, parallel, ...training }) {
  return {
    strategy: { name: 'Random' },
    seed: 1,
    limits: { maxTrainingJobs: trainingJobs, maxParallelTrainingJobs: parallel },
    completion: { completeOnConvergence: false },
    earlyStopping: 'Off',
    definitions: [
      {
        name: '',
        objective: { type: 'Maximize', metricName: 'score' },
        ranges: [{ kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' }],
        template: trainingSpec(training),
      },
    ],
  };
}
