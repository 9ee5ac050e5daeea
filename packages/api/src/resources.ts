import type { ParameterRange } from '@fleetune/domain';
import type { AgentView, TrainingJobView, TuningJobView, WarmPoolView } from '@fleetune/scheduler';
import type { Agent } from './contract/agent.js';
import type { TrainingJob } from './contract/training-job.js';
import type { TrainingJobSummary } from './contract/training-job-summary.js';
import type { TuningJob } from './contract/tuning-job.js';
import type { WarmPool } from './contract/warm-pool.js';

/** What the API shows of a tuning job. */
export function tuningJobResource(view: TuningJobView): TuningJob {
  const objective = view.spec.definitions[0]?.objective ?? { metricName: '', type: 'Minimize' };
  return {
    name: view.name,
    status: view.status,
    completionReason: view.completionReason,
    failureReason: view.failureReason,
    strategy: view.spec.strategy.name,
    seed: view.spec.seed,
    objective: { metric: objective.metricName, type: objective.type },
    limits: view.spec.limits,
    earlyStopping: view.spec.earlyStopping,
    crossValidation: view.spec.crossValidation,
    warmStart:
      view.spec.warmStart === undefined
        ? undefined
        : { type: view.spec.warmStart.type, parents: [...view.spec.warmStart.parentNames] },
    definitions: view.spec.definitions.map((definition) => ({
      name: definition.name,
      ranges: definition.ranges.map(rangeResource),
    })),
    creationTimeMs: view.creationTimeMs,
    lastModifiedTimeMs: view.lastModifiedTimeMs,
    endTimeMs: view.endTimeMs,
    trainingJobCounts: view.trainingJobCounts,
    objectiveCounts: view.objectiveCounts,
    bestTrainingJob: view.bestTrainingJob === undefined ? undefined : trainingJobResource(view.bestTrainingJob),
    overallBestTrainingJob:
      view.overallBestTrainingJob === undefined ? undefined : trainingJobResource(view.overallBestTrainingJob),
    trainingJobsNotImproving: view.trainingJobsNotImproving,
    convergenceDetectedTimeMs: view.convergenceDetectedTimeMs,
    consumedRuntimeSeconds: view.consumedRuntimeSeconds,
    tags: view.tags,
  };
}

function rangeResource(range: ParameterRange): TuningJob['definitions'][number]['ranges'][number] {
  if (range.kind === 'categorical') return { name: range.name, kind: range.kind, values: [...range.values] };
  return { name: range.name, kind: range.kind, min: range.min, max: range.max, scaling: range.scaling };
}

/** What the API shows of a training job. The environment is left out: it may hold secrets. */
export function trainingJobResource(view: TrainingJobView): TrainingJob {
  return {
    name: view.name,
    status: view.status,
    secondaryStatus: view.secondaryStatus,
    failureReason: view.failureReason,
    creationTimeMs: view.creationTimeMs,
    lastModifiedTimeMs: view.lastModifiedTimeMs,
    trainingStartTimeMs: view.trainingStartTimeMs,
    trainingEndTimeMs: view.trainingEndTimeMs,
    trainingTimeSeconds: view.trainingTimeSeconds,
    billableTimeSeconds: view.billableTimeSeconds,
    instanceType: view.instanceType,
    modelArtifactUri: view.modelArtifactUri,
    finalMetrics: [...view.finalMetrics],
    attemptCount: view.attemptCount,
    startupMs: view.startupMs,
    warmPool: view.warmPool === undefined ? undefined : warmPoolResource(view.warmPool),
    hyperparameters: view.spec.hyperparameters,
    transitions: [...view.transitions],
    tuning: view.tuning === undefined ? undefined : tuningResource(view.tuning),
    tags: view.tags,
  };
}

/** What the API shows of the slot of a training job. */
export function warmPoolResource({ keepAliveSeconds, ...pool }: WarmPoolView): WarmPool {
  return { ...pool, keepAlivePeriodSeconds: keepAliveSeconds };
}

function tuningResource(tuning: NonNullable<TrainingJobView['tuning']>): TrainingJob['tuning'] {
  const { tuningJobName, index, definitionName, configuration, objectiveValue } = tuning;
  return { tuningJobName, index, definitionName, configuration, objectiveValue };
}

const SUMMARY_REASON_LENGTH = 200;

/** What the API shows of a tuned training job among thousands; undefined for one without a tuning job. */
export function trainingJobSummary(view: TrainingJobView): TrainingJobSummary | undefined {
  if (view.tuning === undefined) return undefined;
  const { index, definitionName, configuration, objectiveValue } = view.tuning;
  return {
    name: view.name,
    index,
    definitionName,
    status: view.status,
    secondaryStatus: view.secondaryStatus,
    creationTimeMs: view.creationTimeMs,
    lastModifiedTimeMs: view.lastModifiedTimeMs,
    trainingStartTimeMs: view.trainingStartTimeMs,
    trainingEndTimeMs: view.trainingEndTimeMs,
    trainingTimeSeconds: view.trainingTimeSeconds,
    instanceType: view.instanceType,
    attemptCount: view.attemptCount,
    configuration,
    objectiveValue,
    failureReason: view.failureReason?.slice(0, SUMMARY_REASON_LENGTH),
  };
}

/** What the API shows of an agent. */
export function agentResource(view: AgentView): Agent {
  const { id, name, state, version, hostName, cpuMilli, memoryMib, sandbox, lastSeenMs } = view;
  return {
    ...{ id, name, state, version, hostName, cpuMilli, memoryMib, sandbox, lastSeenMs },
    gpuNames: [...view.gpuNames],
    classes: view.classes.map((offered) => ({ name: offered.name, slots: offered.slots })),
    runningCount: view.running.length,
    retainedCount: view.retained ?? 0,
  };
}
