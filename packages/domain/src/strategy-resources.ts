import type { TuningJobSpec } from './tuning-job.js';

/** Strategies that stop training jobs by how far they have come, and so must know how far one goes. */
export const RESOURCE_STRATEGIES: ReadonlySet<string> = new Set(['Hyperband', 'BOHB']);

/** Longest training that may be asked for, in epochs: the API's limit. */
export const MAX_RESOURCE = 20_000;

/** Static hyperparameters that say how long a training runs: those SageMaker looks at, and XGBoost's. */
const EPOCH_HYPERPARAMETERS = ['epochs', 'numepochs', 'n-epochs', 'n_epochs', 'num_epochs', 'num_round'];

/** The tuning job with the epochs of its strategy filled in, as far as they can be told; others as they are. */
export function withResources(spec: TuningJobSpec): TuningJobSpec {
  const { strategy } = spec;
  if (!RESOURCE_STRATEGIES.has(strategy.name)) return spec;
  const maxResource = strategy.maxResource ?? epochsOf(spec);
  return {
    ...spec,
    strategy: { ...strategy, minResource: strategy.minResource ?? 1, ...(maxResource ? { maxResource } : {}) },
  };
}

/** One sentence for each thing that is wrong with the epochs of the strategy. */
export function resourceFaults({ strategy }: TuningJobSpec): string[] {
  const { name, minResource = 1, maxResource } = strategy;
  if (!RESOURCE_STRATEGIES.has(name)) {
    const given = strategy.minResource !== undefined || maxResource !== undefined;
    return given ? [`The strategy ${name} takes no MinResource and MaxResource; leave them out or use Hyperband.`] : [];
  }
  if (maxResource === undefined) {
    return [
      `The strategy ${name} must know how many epochs a training job runs: give MaxResource, or one of the static hyperparameters ${EPOCH_HYPERPARAMETERS.join(', ')}.`,
    ];
  }
  const faults: string[] = [];
  if (!(Number.isInteger(minResource) && minResource >= 1)) {
    faults.push(`MinResource is ${minResource}; it must be an integer of at least 1.`);
  }
  if (!(Number.isInteger(maxResource) && maxResource <= MAX_RESOURCE)) {
    faults.push(`MaxResource is ${maxResource}; it must be an integer of at most ${MAX_RESOURCE}.`);
  }
  if (minResource >= maxResource) {
    faults.push(`MinResource ${minResource} must be less than MaxResource ${maxResource}.`);
  }
  return faults;
}

/** The most any definition says it runs; undefined when one of them does not say. */
function epochsOf({ definitions }: TuningJobSpec): number | undefined {
  const epochs = definitions.map(({ template }) => {
    const said = EPOCH_HYPERPARAMETERS.map((name) => Number(template.hyperparameters[name]));
    return said.find((value) => Number.isInteger(value) && value >= 1);
  });
  return epochs.every((value) => value !== undefined) && epochs.length > 0 ? Math.max(...epochs) : undefined;
}
