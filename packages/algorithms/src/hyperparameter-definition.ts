/** What a built-in algorithm says about one of its hyperparameters. */
export interface HyperparameterDefinition {
  readonly name: string;
  readonly type: 'integer' | 'continuous' | 'categorical' | 'list' | 'text';
  /** Ends of a numeric range; inside it unless said otherwise. */
  readonly min?: number;
  readonly minExclusive?: boolean;
  readonly max?: number;
  readonly maxExclusive?: boolean;
  /** What a categorical value may be, or what a comma-separated list may hold. */
  readonly values?: readonly string[];
  /** What a text must look like. */
  readonly pattern?: string;
  /** What happens where it is not given, as text. */
  readonly default?: string;
  readonly required?: boolean;
  /** Required only when another hyperparameter has one of these values. */
  readonly requiredWhen?: { readonly name: string; readonly values: readonly string[] };
  /** Whether a tuning job may search it. */
  readonly tunable?: boolean;
  /** The range that SageMaker recommends to search. */
  readonly recommended?: { readonly min: number; readonly max: number };
  /** False when the trainer uses it itself instead of giving it to the library. */
  readonly passedOn?: boolean;
  /** Older versions knew it; accepted and without effect. */
  readonly retired?: boolean;
  /** Names by which the library or its other interfaces call it. */
  readonly alsoCalled?: readonly string[];
}

/** What is wrong with a value, as one sentence; undefined when it can be used. */
export function hyperparameterFault(definition: HyperparameterDefinition, text: string): string | undefined {
  const value = text.trim();
  const is = `Hyperparameter "${definition.name}" is "${value}"`;
  switch (definition.type) {
    case 'integer':
      return /^[+-]?\d+$/.test(value) ? rangeFault(definition, is, Number(value)) : `${is}; it must be an integer.`;
    case 'continuous':
      return isNumber(value) ? rangeFault(definition, is, Number(value)) : `${is}; it must be a number.`;
    case 'categorical':
      return definition.values?.includes(value)
        ? undefined
        : `${is}; it must be one of ${definition.values?.join(', ')}.`;
    case 'list':
      return listFault(definition, is, value);
    case 'text':
      return definition.pattern === undefined || new RegExp(definition.pattern).test(value)
        ? undefined
        : `${is}; it must match ${definition.pattern}.`;
  }
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

function rangeFault(definition: HyperparameterDefinition, is: string, value: number): string | undefined {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, minExclusive, maxExclusive } = definition;
  const isUnder = minExclusive ? value <= min : value < min;
  const isOver = maxExclusive ? value >= max : value > max;
  if (!isUnder && !isOver) return undefined;
  const opening = minExclusive || !Number.isFinite(min) ? '(' : '[';
  const closing = maxExclusive || !Number.isFinite(max) ? ')' : ']';
  return `${is}; it must be in ${opening}${min}, ${max}${closing}.`;
}

function listFault(definition: HyperparameterDefinition, is: string, text: string): string | undefined {
  const allowed = definition.values;
  if (allowed === undefined) return undefined;
  const unknown = listItems(text).filter((item) => !allowed.includes(item));
  return unknown.length === 0 ? undefined : `${is}; it may list ${allowed.join(', ')}, not ${unknown.join(', ')}.`;
}

/** The items of a comma-separated list, with or without brackets and quotes. */
export function listItems(text: string): string[] {
  return text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((item) => item.trim().replace(/^["']|["']$/g, ''))
    .filter((item) => item !== '');
}
