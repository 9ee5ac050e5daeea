import type { StrategySpec, TrainingJobSpec, TuningJobSpec } from '@fleetune/domain';
import type { Chance } from './chance.js';
import type { PlannedTrainingJob, PlannedTrainings, PlannedTuningJob } from './plan.js';

const TENANTS = ['ann', 'bob', 'cy'];
const FALLBACK_LISTS = [
  ['small'],
  ['small'],
  ['large'],
  ['large', 'small'],
  ['small', 'large'],
  ['gpu', 'small'],
  ['gpu', 'large', 'small'],
];

export function planTuningJob(chance: Chance, index: number, chaosMs: number): PlannedTuningJob {
  const maxTrainingJobs = chance.integer(3, 30);
  const trainings = planTrainings(chance);
  const completion = {
    completeOnConvergence: chance.strikes(0.1),
    ...(chance.strikes(0.15) ? { targetObjectiveValue: 0.9 } : {}),
    ...(chance.strikes(0.15) ? { maxTrainingJobsNotImproving: chance.integer(3, 8) } : {}),
  };
  const isHyperband = chance.strikes(0.15);
  const strategy: StrategySpec = isHyperband
    ? { name: 'Hyperband', minResource: 1, maxResource: Math.max(2, trainings.epochs) }
    : { name: 'Random' };
  const spec: TuningJobSpec = {
    strategy,
    seed: 1,
    limits: {
      maxTrainingJobs,
      maxParallelTrainingJobs: chance.integer(1, 10),
      ...(chance.strikes(0.1) ? { maxRuntimeSeconds: chance.integer(60, 1200) } : {}),
    },
    completion,
    earlyStopping: !isHyperband && chance.strikes(0.3) ? 'Auto' : 'Off',
    definitions: [
      {
        name: '',
        objective: { type: 'Maximize', metricName: 'score' },
        ranges: [{ kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' }],
        template: trainingSpec(chance),
      },
    ],
  };
  return {
    kind: 'tuning',
    name: `tuning-${index}`,
    tenant: chance.pick(TENANTS),
    spec,
    // Some come when everything works again: what does not work then is the scheduler.
    atMs: chance.strikes(0.25) ? chaosMs + 240_000 : chance.integer(0, chaosMs / 2),
    searchSize: chance.strikes(0.1) ? chance.integer(1, maxTrainingJobs) : undefined,
    convergesAfter: completion.completeOnConvergence ? chance.integer(2, maxTrainingJobs) : undefined,
    trainings,
  };
}

export function planTrainingJob(chance: Chance, index: number, chaosMs: number): PlannedTrainingJob {
  return {
    kind: 'training',
    name: `training-${index}`,
    tenant: chance.pick(TENANTS),
    spec: chance.strikes(0.2) ? unplaceable(trainingSpec(chance), chance) : trainingSpec(chance),
    atMs: chance.integer(0, chaosMs + 300_000),
    trainings: planTrainings(chance),
  };
}

/** For a class that only agents for any class serve: without one, its limit on waiting ends it. */
function unplaceable(spec: TrainingJobSpec, chance: Chance): TrainingJobSpec {
  const stopping = { ...spec.stopping, maxPendingSeconds: chance.integer(60, 600) };
  return { ...spec, instances: [{ instanceType: 'rare', instanceCount: 1, volumeSizeGib: 1 }], stopping };
}

function planTrainings(chance: Chance): PlannedTrainings {
  const shortestMs = chance.pick([50, 2_000, 10_000, 20_000]);
  return {
    shortestMs,
    longestMs: shortestMs * chance.integer(2, 8),
    epochs: chance.integer(0, 8),
    failing: chance.pick([0, 0, 0.1, 0.3]),
    withoutObjective: chance.pick([0, 0, 0.1]),
    flaky: chance.pick([0, 0, 0.3]),
    stubborn: chance.pick([0, 0, 0.2]),
  };
}

function trainingSpec(chance: Chance): TrainingJobSpec {
  const spec = warmSpec(chance);
  const ofSpot = chance.stream('spot');
  if (!ofSpot.strikes(0.3)) return spec;
  const maxWaitSeconds = spec.stopping.maxRuntimeSeconds + ofSpot.pick([0, 120, 3600]);
  return { ...spec, spot: true, keepAliveSeconds: 0, stopping: { ...spec.stopping, maxWaitSeconds } };
}

/** Some keep their slots warm, and some of those differ in what must match. */
function warmSpec(chance: Chance): TrainingJobSpec {
  const spec = steadySpec(chance);
  const ofWarmth = chance.stream('warmth');
  const keepAliveSeconds = ofWarmth.pick([0, 0, 20, 120, 600]);
  return { ...spec, keepAliveSeconds, roleArn: ofWarmth.pick(['', '', 'role']) };
}

function steadySpec(chance: Chance): TrainingJobSpec {
  return {
    algorithm: { kind: 'command', command: ['true'] },
    hyperparameters: {},
    channels: [],
    outputUri: 'file:///out',
    instances: chance
      .pick(FALLBACK_LISTS)
      .map((instanceType) => ({ instanceType, instanceCount: 1, volumeSizeGib: 1 })),
    stopping: {
      maxRuntimeSeconds: chance.pick([30, 3600, 3600]),
      ...(chance.strikes(0.1) ? { maxWaitSeconds: 3600 } : {}),
      ...(chance.strikes(0.1) ? { maxPendingSeconds: chance.integer(60, 600) } : {}),
    },
    maximumRetryAttempts: chance.integer(0, 3),
    environment: {},
    metricDefinitions: [{ name: 'score', regex: 'score=(.*)' }],
    networkIsolation: false,
    spot: false,
    keepAliveSeconds: 0,
    priority: chance.integer(-1, 1),
  };
}
