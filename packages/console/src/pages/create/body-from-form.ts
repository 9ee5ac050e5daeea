import { inReadingOrder } from '../configuration-order.js';
import type { Fields, NamedRow, RangeRow, TuningForm } from './tuning-form.js';

/**
 * The request that the form stands for, as far as it is filled in. Nothing is judged here: a text that should be a
 * number stays a text, for the API's own schema to find.
 */
export function bodyFromForm(form: TuningForm): Fields {
  const { base } = form;
  const { instance: _one, instances: _several, ...rest } = base;
  const body = present({
    ...rest,
    name: optional(form.name),
    strategy: strategy(form),
    seed: number(form.seed),
    objective: present({ metric: form.metric, type: form.objectiveType }),
    limits: merged(base.limits, {
      maxTrainingJobs: number(form.maxTrainingJobs),
      maxParallelTrainingJobs: number(form.maxParallelTrainingJobs),
      maxRuntimeSeconds: number(form.maxRuntimeSeconds),
    }),
    completion: unlessEmpty(
      merged(base.completion, {
        targetObjectiveValue: number(form.targetObjectiveValue),
        maxTrainingJobsNotImproving: number(form.maxTrainingJobsNotImproving),
        completeOnConvergence: form.completeOnConvergence ? true : undefined,
      }),
    ),
    earlyStopping: form.earlyStopping ? 'Auto' : undefined,
    warmStart: warmStart(form),
    algorithm: algorithm(form),
    ranges: Object.fromEntries(form.ranges.filter(({ name }) => name !== '').map((row) => [row.name, range(row)])),
    hyperparameters: unlessEmpty(named(form.hyperparameters, scalar)),
    metrics: unlessEmpty(named(form.metrics)),
    channels: unlessEmpty(channels(form)),
    environment: unlessEmpty(named(form.environment)),
    tags: unlessEmpty(named(form.tags)),
    ...instances(form),
    stopping: unlessEmpty(merged(base.stopping, { maxRuntimeSeconds: number(form.maxTrainingSeconds) })),
    output: optional(form.output),
  });
  return inReadingOrder(body);
}

/** Where the API finds a fault of an instance row: one instance stands alone, several in a list. */
export function instancePath(form: TuningForm, place: number): string {
  return form.instances.length === 1 ? 'instance' : `instances[${place}]`;
}

/** Options of a strategy, such as Hyperband's resources, are kept as long as the strategy is. */
function strategy({ strategy: name, base }: TuningForm): unknown {
  const cloned = base.strategy;
  const same = typeof cloned === 'object' && cloned !== null && 'name' in cloned && cloned.name === name;
  return same ? cloned : name;
}

function algorithm(form: TuningForm): Fields {
  const cloned = asFields(form.base.algorithm);
  switch (form.algorithmKind) {
    case 'builtin':
      return cloned.builtin === form.builtin ? cloned : { builtin: form.builtin };
    case 'script':
      return { script: form.script, source: form.source };
    case 'command':
      return { command: form.command.split('\n').filter((line) => line !== '') };
    case 'image':
      return cloned.image === undefined ? { image: form.image } : { ...cloned, image: form.image };
  }
}

function range({ kind, min, max, scaling, values, hint }: RangeRow): Fields {
  if (kind === 'automatic') return { hint: scalar(hint) };
  if (kind === 'categorical') return { values: listed(values) };
  return present({
    min: number(min) ?? '',
    max: number(max) ?? '',
    scaling: scaling === 'Auto' ? undefined : scaling,
    type: kind === 'integer' ? kind : undefined,
  });
}

function warmStart({ warmStartType, warmStartParents }: TuningForm): Fields | undefined {
  const parents = listed(warmStartParents);
  return parents.length === 0 ? undefined : { type: warmStartType, parents };
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function channels({ channels: rows, base }: TuningForm): Fields {
  const cloned = asFields(base.channels);
  return Object.fromEntries(
    rows
      .filter(({ name }) => name !== '')
      .map(({ name, value }) => {
        const known = asFields(cloned[name]);
        return [name, known.uri === undefined ? value : { ...known, uri: value }];
      }),
  );
}

function instances({ instances: rows }: TuningForm): Fields {
  const requests = rows.map(({ type, count, volumeSizeGib }) =>
    present({ type, count: number(count), volumeSizeGib: number(volumeSizeGib) }),
  );
  return requests.length === 1 ? { instance: requests[0] } : { instances: requests };
}

function named(rows: readonly NamedRow[], read: (text: string) => unknown = (text) => text): Fields {
  return Object.fromEntries(rows.filter(({ name }) => name !== '').map(({ name, value }) => [name, read(value)]));
}

/** A text that is exactly how a number is written is that number. */
function scalar(text: string): unknown {
  return text !== '' && String(Number(text)) === text ? Number(text) : text;
}

function number(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}

function optional(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

function merged(base: unknown, changes: Fields): Fields {
  return present({ ...asFields(base), ...changes });
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function unlessEmpty(fields: Fields): Fields | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
