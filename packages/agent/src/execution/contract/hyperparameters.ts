/**
 * Hyperparameters as the program's command line takes them.
 *
 * Values arrive as strings; SDKs JSON-encode them first (`"adam"` with its quotes, `true`). As SageMaker's training
 * toolkit does, a JSON string loses its quotes and JSON's true, false and null become Python's names. Numbers keep their
 * digits. What the platform adds for itself (`sagemaker_…`, `_tuning_objective_metric`) is not the program's.
 */
export function userHyperparameters(all: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const names = Object.keys(all).filter((name) => !isPlatformName(name));
  return new Map(names.sort().map((name) => [name, argumentText(all[name] ?? '')]));
}

/** `--name value` for each hyperparameter, in the order of the names. */
export function userArguments(hyperparameters: ReadonlyMap<string, string>): string[] {
  return [...hyperparameters].flatMap(([name, value]) => [`--${name}`, value]);
}

/** `SM_HPS`: one JSON object with decoded values, whose numbers keep the digits they came with. */
export function hyperparametersJson(all: Readonly<Record<string, string>>): string {
  const members = Object.keys(all)
    .filter((name) => !isPlatformName(name))
    .sort()
    .map((name) => {
      const text = all[name] ?? '';
      return `${JSON.stringify(name)}:${decoded(text) === undefined ? JSON.stringify(text) : text}`;
    });
  return `{${members.join(',')}}`;
}

function isPlatformName(name: string): boolean {
  return name === '_tuning_objective_metric' || name.startsWith('sagemaker_');
}

function argumentText(text: string): string {
  const value = decoded(text);
  if (typeof value?.json === 'string') return value.json;
  if (value?.json === true) return 'True';
  if (value?.json === false) return 'False';
  if (value?.json === null) return 'None';
  return text;
}

function decoded(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
