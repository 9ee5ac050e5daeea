import type { CreateHyperParameterTuningJobRequest } from '@aws-sdk/client-sagemaker';
import type {
  CompletionCriteria,
  StrategyName,
  StrategySpec,
  TrainingJobDefinition,
  TuningJobSpec,
} from '@fleetune/domain';
import { type ConstraintFault, constraintException, elementPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import type { AlgorithmImages } from './algorithm.js';
import { autotuned } from './autotune.js';
import { type Search, trainingJobDefinition } from './training-job-definition.js';
import { UNSUPPORTED, unsupportedFaults } from './unsupported.js';
import { warmStart } from './warm-start.js';

type Request = Validated<CreateHyperParameterTuningJobRequest>;
type Config = Request['HyperParameterTuningJobConfig'];

/**
 * @param randomSeed gives the seed when the request names none.
 * @throws ValidationException with one fault for each member that cannot be carried out.
 */
export function tuningJobSpec(request: Request, images: AlgorithmImages, randomSeed: () => number): TuningJobSpec {
  const config = request.HyperParameterTuningJobConfig;
  const faults: ConstraintFault[] = unsupportedFaults(request, UNSUPPORTED.tuningJob);
  const limits = config.ResourceLimits;
  const spec: TuningJobSpec = {
    strategy: strategy(config),
    seed: config.RandomSeed ?? randomSeed(),
    limits: {
      maxParallelTrainingJobs: limits.MaxParallelTrainingJobs,
      ...(limits.MaxNumberOfTrainingJobs === undefined ? {} : { maxTrainingJobs: limits.MaxNumberOfTrainingJobs }),
      ...(limits.MaxRuntimeInSeconds === undefined ? {} : { maxRuntimeSeconds: limits.MaxRuntimeInSeconds }),
    },
    completion: completionCriteria(config),
    earlyStopping: config.TrainingJobEarlyStoppingType ?? 'Off',
    warmStart: warmStart(request.WarmStartConfig, faults),
    definitions: definitions(request, images, faults),
  };
  if (spec.strategy.name === 'Grid') faults.push(...gridFaults(spec));
  if (faults.length > 0) throw constraintException(faults);
  if (!isAutotuned(request)) return spec;
  return autotuned(spec, {
    maxTrainingJobs: limits.MaxNumberOfTrainingJobs === undefined,
    earlyStopping: config.TrainingJobEarlyStoppingType === undefined,
    completeOnConvergence: config.TuningJobCompletionCriteria?.ConvergenceDetected === undefined,
  });
}

export function isAutotuned({ Autotune }: Pick<Request, 'Autotune'>): boolean {
  return Autotune?.Mode === 'Enabled';
}

function strategy({ Strategy: name, StrategyConfig }: Config): StrategySpec {
  const { MinResource, MaxResource } = StrategyConfig?.HyperbandStrategyConfig ?? {};
  return {
    name: name as StrategyName,
    ...(MinResource === undefined ? {} : { minResource: MinResource }),
    ...(MaxResource === undefined ? {} : { maxResource: MaxResource }),
  };
}

function completionCriteria({ TuningJobCompletionCriteria: criteria }: Config): CompletionCriteria {
  const target = criteria?.TargetObjectiveMetricValue;
  const notImproving = criteria?.BestObjectiveNotImproving?.MaxNumberOfTrainingJobsNotImproving;
  return {
    ...(target === undefined ? {} : { targetObjectiveValue: target }),
    ...(notImproving === undefined ? {} : { maxTrainingJobsNotImproving: notImproving }),
    completeOnConvergence: criteria?.ConvergenceDetected?.CompleteOnConvergence === 'Enabled',
  };
}

function definitions(
  request: Request,
  images: AlgorithmImages,
  faults: ConstraintFault[],
): readonly TrainingJobDefinition[] {
  const { TrainingJobDefinition: single, TrainingJobDefinitions: several } = request;
  if ((single === undefined) === (several === undefined)) {
    faults.push({
      path: 'trainingJobDefinition',
      value: single,
      constraint: 'Exactly one of trainingJobDefinition and trainingJobDefinitions must be given',
    });
    return [];
  }
  if (single !== undefined) {
    const search = searchOfConfig(request, faults);
    return search ? [trainingJobDefinition(single, search, images, 'trainingJobDefinition', faults)] : [];
  }
  return severalDefinitions(request, images, faults);
}

/** With one definition, the tuning job's config says what to optimize and vary. */
function searchOfConfig(request: Request, faults: ConstraintFault[]): Search | undefined {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = request;
  const objective = config.HyperParameterTuningJobObjective;
  const ranges = config.ParameterRanges;
  for (const [path, value] of [
    ['trainingJobDefinition.tuningObjective', definition?.TuningObjective],
    ['trainingJobDefinition.hyperParameterRanges', definition?.HyperParameterRanges],
  ] as const) {
    if (value === undefined) continue;
    const constraint = 'Member must be left out; hyperParameterTuningJobConfig says it for a single definition';
    faults.push({ path, value, constraint });
  }
  requireMembers(
    {
      'hyperParameterTuningJobConfig.hyperParameterTuningJobObjective': objective,
      'hyperParameterTuningJobConfig.parameterRanges': ranges,
    },
    faults,
  );
  if (objective === undefined || ranges === undefined) return undefined;
  return {
    objective,
    ranges,
    rangesPath: 'hyperParameterTuningJobConfig.parameterRanges',
    isAutotuned: isAutotuned(request),
  };
}

/** With several definitions, each says for itself what to optimize and vary, and has a name. */
function severalDefinitions(
  request: Request,
  images: AlgorithmImages,
  faults: ConstraintFault[],
): readonly TrainingJobDefinition[] {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinitions: several = [] } = request;
  for (const [path, value] of [
    ['hyperParameterTuningJobConfig.hyperParameterTuningJobObjective', config.HyperParameterTuningJobObjective],
    ['hyperParameterTuningJobConfig.parameterRanges', config.ParameterRanges],
  ] as const) {
    if (value === undefined) continue;
    faults.push({ path, value, constraint: 'Member must be left out; each of trainingJobDefinitions says it' });
  }
  return several.flatMap((definition, index) => {
    const path = elementPath('trainingJobDefinitions', index);
    const { TuningObjective: objective, HyperParameterRanges: ranges, DefinitionName: name } = definition;
    requireMembers(
      {
        [`${path}.definitionName`]: name,
        [`${path}.tuningObjective`]: objective,
        [`${path}.hyperParameterRanges`]: ranges,
      },
      faults,
    );
    if (objective === undefined || ranges === undefined) return [];
    const rangesPath = `${path}.hyperParameterRanges`;
    const search = { objective, ranges, rangesPath, isAutotuned: isAutotuned(request) };
    return [trainingJobDefinition(definition, search, images, path, faults)];
  });
}

function requireMembers(members: Readonly<Record<string, unknown>>, faults: ConstraintFault[]): void {
  for (const [path, value] of Object.entries(members)) {
    if (value === undefined) faults.push({ path, value, constraint: 'Member must not be null' });
  }
}

/** Grid search takes categorical ranges only, and runs every combination once. */
function gridFaults({ definitions, limits }: TuningJobSpec): ConstraintFault[] {
  const ranges = definitions.flatMap((definition) => definition.ranges);
  const numeric = ranges.filter((range) => range.kind !== 'categorical').map((range) => range.name);
  if (numeric.length > 0) {
    const constraint = 'Grid search takes categorical ranges only';
    return [{ path: 'hyperParameterTuningJobConfig.parameterRanges', value: numeric, constraint }];
  }
  const combinations = definitions
    .map((definition) => definition.ranges.reduce((product, range) => product * valueCount(range), 1))
    .reduce((sum, product) => sum + product, 0);
  if (limits.maxTrainingJobs === undefined || limits.maxTrainingJobs === combinations) return [];
  return [
    {
      path: 'hyperParameterTuningJobConfig.resourceLimits.maxNumberOfTrainingJobs',
      value: limits.maxTrainingJobs,
      constraint: `Member must be left out of a grid search, or be the number of combinations, ${combinations}`,
    },
  ];
}

function valueCount(range: TrainingJobDefinition['ranges'][number]): number {
  return range.kind === 'categorical' ? range.values.length : 1;
}
