import { builtinHyperparameterFaults, builtinNames } from '@fleetune/algorithms';
import { formatParameterValue, type ParameterRange, type TrainingJobSpec, type TuningJobSpec } from '@fleetune/domain';

/** The algorithm that agents run without a program, to measure everything around programs. */
export const NO_OP_ALGORITHM = 'no-op';

/** What the built-in algorithm of a training job would refuse, found before anything runs. */
export function algorithmFaults(spec: TrainingJobSpec): string[] {
  const { algorithm, hyperparameters } = spec;
  if (algorithm.kind !== 'builtin' || algorithm.name === NO_OP_ALGORITHM) return [];
  if (!builtinNames().includes(algorithm.name)) {
    return [`There is no built-in algorithm "${algorithm.name}"; there are: ${builtinNames().join(', ')}.`];
  }
  return builtinHyperparameterFaults(algorithm.name, hyperparameters);
}

/** The same for every definition, at both ends of each range. */
export function tunedAlgorithmFaults(spec: TuningJobSpec): string[] {
  const faults = spec.definitions.flatMap(({ template, ranges }) =>
    (['first', 'last'] as const).flatMap((end) => {
      const tuned = ranges.map((range) => [range.name, endOf(range, end)] as const);
      return algorithmFaults({
        ...template,
        hyperparameters: { ...template.hyperparameters, ...Object.fromEntries(tuned) },
      });
    }),
  );
  const cannotSplit = spec.crossValidation === undefined ? [] : spec.definitions.flatMap(splitFaults);
  return [...new Set([...faults, ...cannotSplit])];
}

/** Only a program of the user's own can be told to hold out a part of its data. */
function splitFaults({ template: { algorithm } }: TuningJobSpec['definitions'][number]): string[] {
  if (algorithm.kind !== 'builtin' || algorithm.name === NO_OP_ALGORITHM) return [];
  return [
    `The built-in algorithm "${algorithm.name}" does not divide its data; cross-validate a script that asks fleetune.folds.current_fold() for its part.`,
  ];
}

function endOf(range: ParameterRange, end: 'first' | 'last'): string {
  if (range.kind === 'categorical') return range.values.at(end === 'first' ? 0 : -1) ?? '';
  return formatParameterValue(end === 'first' ? range.min : range.max);
}
