interface Compared {
  readonly hyperparameters: Readonly<Record<string, string>>;
}

export interface ComparedRow {
  readonly name: string;
  /** One for each training job; undefined where it has none. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

/** Every hyperparameter of the training jobs; those that differ come first. */
export function comparedHyperparameters(jobs: readonly Compared[]): ComparedRow[] {
  const names = [...new Set(jobs.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))].sort();
  const rows = names.map((name) => {
    const values = jobs.map(({ hyperparameters }) => hyperparameters[name]);
    return { name, values, differs: new Set(values).size > 1 };
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}
