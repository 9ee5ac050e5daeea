import { channelFaults } from './channel.js';
import { crossValidationFaults } from './cross-validation.js';
import { rangeFaults } from './parameter-range.js';
import { spotFaults } from './spot.js';
import { RESOURCE_STRATEGIES, resourceFaults } from './strategy-resources.js';
import type { TrainingJobSpec } from './training-job.js';
import type { TrainingJobDefinition, TuningJobSpec } from './tuning-job.js';
import { keepAliveFaults } from './warm-pool.js';

/** One sentence for each thing that keeps a training job from being run; empty when it can be. */
export function trainingJobFaults(spec: TrainingJobSpec): string[] {
  const faults: string[] = [];
  if (spec.instances.length === 0) faults.push('A training job needs at least one instance type to run on.');
  for (const instance of spec.instances) {
    if (instance.instanceCount !== 1) {
      faults.push(
        `Instance count ${instance.instanceCount} of ${instance.instanceType} is not available yet; Fleetune runs a training job on 1 instance today.`,
      );
    }
  }
  faults.push(
    ...duplicates(spec.channels.map((channel) => channel.name)).map((name) => `Channel "${name}" is given twice.`),
  );
  faults.push(...spec.channels.flatMap(channelFaults));
  faults.push(
    ...duplicates(spec.metricDefinitions.map((metric) => metric.name)).map(
      (name) => `Metric "${name}" is defined twice.`,
    ),
  );
  if (!(spec.stopping.maxRuntimeSeconds >= 1)) {
    faults.push(`MaxRuntimeInSeconds is ${spec.stopping.maxRuntimeSeconds}; it must be at least 1.`);
  }
  const { maxWaitSeconds, maxRuntimeSeconds } = spec.stopping;
  if (maxWaitSeconds !== undefined && maxWaitSeconds < maxRuntimeSeconds) {
    faults.push(`MaxWaitTimeInSeconds ${maxWaitSeconds} is less than MaxRuntimeInSeconds ${maxRuntimeSeconds}.`);
  }
  return [...faults, ...spotFaults(spec), ...keepAliveFaults(spec.keepAliveSeconds)];
}

/** One sentence for each thing that keeps a tuning job from being run; empty when it can be. */
export function tuningJobFaults(spec: TuningJobSpec): string[] {
  const { limits, completion, strategy, definitions } = spec;
  const faults: string[] = [];
  if (!(Number.isInteger(limits.maxParallelTrainingJobs) && limits.maxParallelTrainingJobs >= 1)) {
    faults.push(`MaxParallelTrainingJobs is ${limits.maxParallelTrainingJobs}; it must be an integer of at least 1.`);
  }
  if (
    limits.maxTrainingJobs !== undefined &&
    !(Number.isInteger(limits.maxTrainingJobs) && limits.maxTrainingJobs >= 1)
  ) {
    faults.push(`MaxNumberOfTrainingJobs is ${limits.maxTrainingJobs}; it must be an integer of at least 1.`);
  }
  const endsByItself =
    limits.maxTrainingJobs !== undefined ||
    limits.maxRuntimeSeconds !== undefined ||
    strategy.name === 'Grid' ||
    completion.targetObjectiveValue !== undefined ||
    completion.maxTrainingJobsNotImproving !== undefined ||
    completion.completeOnConvergence;
  if (!endsByItself) faults.push('The tuning job would never end: give MaxNumberOfTrainingJobs or another limit.');
  if (spec.earlyStopping === 'Auto' && RESOURCE_STRATEGIES.has(strategy.name)) {
    faults.push(`${strategy.name} stops training jobs by itself; TrainingJobEarlyStoppingType must be "Off".`);
  }
  if (spec.earlyStopping === 'Auto' && definitions.length > 1) {
    faults.push('Early stopping "Auto" works with one training job definition; use "Off" or tune one algorithm.');
  }
  faults.push(...resourceFaults(spec));
  if (spec.crossValidation !== undefined) faults.push(...crossValidationFaults(spec.crossValidation));
  if (new Set(definitions.map((definition) => definition.objective.type)).size > 1) {
    faults.push('All training job definitions must have the same objective type: maximize or minimize.');
  }
  if (definitions.length === 0) faults.push('A tuning job needs at least one training job definition.');
  if (definitions.length > 1) {
    faults.push(
      ...duplicates(definitions.map((definition) => definition.name)).map(
        (name) => `Training job definition "${name}" is given twice; names must differ.`,
      ),
    );
  }
  return [...faults, ...definitions.flatMap((definition) => definitionFaults(definition))];
}

function definitionFaults(definition: TrainingJobDefinition): string[] {
  const { ranges, template, objective } = definition;
  const faults = [...rangeFaults(ranges), ...trainingJobFaults(template)];
  if (ranges.length === 0) faults.push('There is nothing to tune: give at least one hyperparameter range.');
  for (const range of ranges) {
    if (range.name in template.hyperparameters) {
      faults.push(`Hyperparameter "${range.name}" is both static and tuned; keep one.`);
    }
  }
  if (!template.metricDefinitions.some((metric) => metric.name === objective.metricName)) {
    const known = template.metricDefinitions.map((metric) => `"${metric.name}"`).join(', ') || 'none';
    faults.push(
      `The objective metric "${objective.metricName}" has no metric definition (defined: ${known}); add one with a regular expression.`,
    );
  }
  return faults;
}

function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, position) => names.indexOf(name) !== position))];
}
