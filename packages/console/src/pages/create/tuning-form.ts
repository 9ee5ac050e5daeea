/** What stands in the form: texts, as typed. */
export interface TuningForm {
  readonly name: string;
  readonly strategy: string;
  readonly seed: string;
  readonly metric: string;
  readonly objectiveType: string;
  readonly maxTrainingJobs: string;
  readonly maxParallelTrainingJobs: string;
  readonly maxRuntimeSeconds: string;
  readonly targetObjectiveValue: string;
  readonly maxTrainingJobsNotImproving: string;
  readonly completeOnConvergence: boolean;
  readonly earlyStopping: boolean;
  readonly warmStartType: string;
  /** Names of tuning jobs, with commas between; empty for no warm start. */
  readonly warmStartParents: string;
  readonly algorithmKind: AlgorithmKind;
  readonly builtin: string;
  readonly script: string;
  readonly source: string;
  /** One argument a line. */
  readonly command: string;
  readonly image: string;
  readonly metrics: readonly NamedRow[];
  readonly ranges: readonly RangeRow[];
  readonly hyperparameters: readonly NamedRow[];
  readonly channels: readonly NamedRow[];
  readonly environment: readonly NamedRow[];
  readonly tags: readonly NamedRow[];
  readonly instances: readonly InstanceRow[];
  readonly output: string;
  readonly maxTrainingSeconds: string;
  /** Of a clone: the configuration it began with. What the form does not show is kept from it. */
  readonly base: Fields;
}

export type AlgorithmKind = 'builtin' | 'script' | 'command' | 'image';
export type Fields = Readonly<Record<string, unknown>>;

export interface NamedRow {
  readonly name: string;
  readonly value: string;
}

export const RANGE_KINDS = ['continuous', 'integer', 'categorical', 'automatic'] as const;
type RangeKind = (typeof RANGE_KINDS)[number];

export interface RangeRow {
  readonly name: string;
  readonly kind: RangeKind;
  readonly min: string;
  readonly max: string;
  readonly scaling: string;
  /** Of categories, with commas between. */
  readonly values: string;
  /** An example, from which the server chooses a range. */
  readonly hint: string;
}

export interface InstanceRow {
  readonly type: string;
  readonly count: string;
  readonly volumeSizeGib: string;
}

export const NEW_RANGE: RangeRow = {
  ...{ name: '', kind: 'continuous', min: '', max: '', scaling: 'Auto', values: '', hint: '' },
};
export const NEW_INSTANCE: InstanceRow = { type: 'ml.m5.large', count: '', volumeSizeGib: '' };

export const EMPTY_FORM: TuningForm = {
  ...{ name: '', strategy: 'Bayesian', seed: '', metric: '', objectiveType: 'Minimize' },
  ...{ maxTrainingJobs: '20', maxParallelTrainingJobs: '2', maxRuntimeSeconds: '' },
  ...{ targetObjectiveValue: '', maxTrainingJobsNotImproving: '', completeOnConvergence: false, earlyStopping: false },
  ...{ warmStartType: 'IdenticalDataAndAlgorithm', warmStartParents: '' },
  ...{ algorithmKind: 'builtin', builtin: 'xgboost', script: '', source: '', command: '', image: '' },
  ...{ metrics: [], ranges: [NEW_RANGE], hyperparameters: [], channels: [], environment: [], tags: [] },
  ...{ instances: [NEW_INSTANCE], output: '', maxTrainingSeconds: '', base: {} },
};
