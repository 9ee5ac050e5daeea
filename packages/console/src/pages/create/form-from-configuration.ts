import {
  type AlgorithmKind,
  EMPTY_FORM,
  type Fields,
  type InstanceRow,
  type NamedRow,
  NEW_INSTANCE,
  NEW_RANGE,
  type RangeRow,
  type TuningForm,
} from './tuning-form.js';

/**
 * The form of a job like this one, under no name yet.
 *
 * @param hiddenEnvironment variables whose values have to be given anew.
 */
export function formFromConfiguration(configuration: Fields, hiddenEnvironment: readonly string[]): TuningForm {
  const { name: _taken, ...base } = configuration;
  const objective = fields(base.objective);
  const limits = fields(base.limits);
  const completion = fields(base.completion);
  const warmStart = fields(base.warmStart);
  const algorithm = fields(base.algorithm);
  const instances = Array.isArray(base.instances) ? base.instances : [base.instance ?? {}];
  return {
    ...EMPTY_FORM,
    strategy: typeof base.strategy === 'string' ? base.strategy : text(fields(base.strategy).name) || 'Bayesian',
    seed: text(base.seed),
    metric: text(objective.metric),
    objectiveType: text(objective.type) || 'Minimize',
    maxTrainingJobs: text(limits.maxTrainingJobs),
    maxParallelTrainingJobs: text(limits.maxParallelTrainingJobs),
    maxRuntimeSeconds: text(limits.maxRuntimeSeconds),
    targetObjectiveValue: text(completion.targetObjectiveValue),
    maxTrainingJobsNotImproving: text(completion.maxTrainingJobsNotImproving),
    completeOnConvergence: completion.completeOnConvergence === true,
    earlyStopping: base.earlyStopping === 'Auto',
    warmStartType: text(warmStart.type) || EMPTY_FORM.warmStartType,
    warmStartParents: Array.isArray(warmStart.parents) ? warmStart.parents.map(text).join(', ') : '',
    algorithmKind: algorithmKind(algorithm),
    builtin: text(algorithm.builtin),
    script: text(algorithm.script),
    source: text(algorithm.source),
    command: Array.isArray(algorithm.command) ? algorithm.command.map(text).join('\n') : '',
    image: text(algorithm.image),
    metrics: namedRows(base.metrics),
    ranges: Object.entries(fields(base.ranges)).map(([name, range]) => rangeRow(name, fields(range))),
    hyperparameters: namedRows(base.hyperparameters),
    channels: namedRows(base.channels, (channel) =>
      typeof channel === 'string' ? channel : text(fields(channel).uri),
    ),
    environment: hiddenEnvironment.map((name) => ({ name, value: '' })),
    tags: namedRows(base.tags),
    instances: instances.map((instance) => instanceRow(fields(instance))),
    output: text(base.output),
    maxTrainingSeconds: text(fields(base.stopping).maxRuntimeSeconds),
    base,
  };
}

function algorithmKind(algorithm: Fields): AlgorithmKind {
  const kinds = ['script', 'command', 'image'] as const;
  return kinds.find((kind) => algorithm[kind] !== undefined) ?? 'builtin';
}

function rangeRow(name: string, range: Fields): RangeRow {
  if (range.hint !== undefined) return { ...NEW_RANGE, name, kind: 'automatic', hint: text(range.hint) };
  if (Array.isArray(range.values)) {
    return { ...NEW_RANGE, name, kind: 'categorical', values: range.values.map(text).join(', ') };
  }
  const kind = range.type === 'integer' ? 'integer' : 'continuous';
  const ends = { min: text(range.min), max: text(range.max), scaling: text(range.scaling) || 'Auto' };
  return { ...NEW_RANGE, ...ends, name, kind };
}

function instanceRow(instance: Fields): InstanceRow {
  const type = text(instance.type) || NEW_INSTANCE.type;
  return { type, count: text(instance.count), volumeSizeGib: text(instance.volumeSizeGib) };
}

function namedRows(value: unknown, shown: (one: unknown) => string = text): NamedRow[] {
  return Object.entries(fields(value)).map(([name, one]) => ({ name, value: shown(one) }));
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
