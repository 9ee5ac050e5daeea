import { type JsonText, parseJsonText } from './json-text.js';

/**
 * Hyperparameters of the program. Values arrive as strings, which SDKs JSON-encode first (`"adam"` with its quotes,
 * `true`); what is no JSON is text. What the platform adds for itself (`sagemaker_…`, `_tuning_objective_metric`) is not
 * the program's. In the order of the names.
 */
export function userHyperparameters(all: Readonly<Record<string, string>>): ReadonlyMap<string, JsonText> {
  const names = Object.keys(all).filter((name) => !isPlatformName(name));
  return new Map(names.sort().map((name) => [name, parseJsonText(all[name] ?? '')]));
}

/** What the platform adds about how to run the program, decoded as `SM_FRAMEWORK_PARAMS` has it. */
export function frameworkParameters(all: Readonly<Record<string, string>>): ReadonlyMap<string, JsonText> {
  const names = Object.keys(all).filter((name) => name.startsWith('sagemaker_') && !TOOLKIT_NAMES.has(name));
  return new Map(names.sort().map((name) => [name, parseJsonText(all[name] ?? '')]));
}

/**
 * How the name of one letter becomes an argument: `-n` as SageMaker's training toolkit does it, for what it would run;
 * `--n` for scripts that came Fleetune's own way, where every name is written alike.
 */
export type ArgumentStyle = 'toolkit' | 'long';

/** The program's arguments, `--name value`: the value as Python prints it, but numbers keep the digits they came with. */
export function userArguments(hyperparameters: ReadonlyMap<string, JsonText>, style: ArgumentStyle): string[] {
  return [...hyperparameters].flatMap(([name, value]) => [
    name.length > 1 || style === 'long' ? `--${name}` : `-${name}`,
    argumentText(value),
  ]);
}

/** One JSON object with the decoded values, whose numbers keep their digits: `SM_HPS`. */
export function parametersJson(parameters: ReadonlyMap<string, JsonText>): string {
  return `{${[...parameters].map(([name, value]) => `${JSON.stringify(name)}:${value.json}`).join(',')}}`;
}

/** The value of `SM_HP_<NAME>`: text as it is, nothing for null, else JSON. */
export function variableText({ json, value }: JsonText): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : json;
}

/** Hyperparameters that the toolkit takes for itself; every other `sagemaker_…` is a parameter of its framework. */
const TOOLKIT_NAMES = new Set([
  'sagemaker_program',
  'sagemaker_submit_directory',
  'sagemaker_enable_cloudwatch_metrics',
  'sagemaker_region',
  'sagemaker_container_log_level',
  'sagemaker_job_name',
  'sagemaker_s3_output',
]);

function isPlatformName(name: string): boolean {
  return name === '_tuning_objective_metric' || name === 'default_user_module_name' || name.startsWith('sagemaker_');
}

function argumentText({ json, value }: JsonText): string {
  if (value === null) return '';
  if (typeof value === 'object' && !Array.isArray(value)) {
    const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return members
      .map(([name, member]) => `${name}=${typeof member === 'string' ? member : pythonText(member)}`)
      .join(',');
  }
  return typeof value === 'string' ? value : typeof value === 'number' ? json : pythonText(value);
}

/** A JSON value as Python's `str` prints it. */
function pythonText(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (typeof value === 'string') return pythonQuoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value as object);
    return `{${members.map(([name, member]) => `${pythonQuoted(name)}: ${pythonText(member)}`).join(', ')}}`;
  }
  return String(value);
}

function pythonQuoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}
