import { dirname, resolve } from 'node:path';
import { type CreateTuningJobBody, createTuningJobSchema, type Fault, schemaFaults } from '@fleetune/api/contract';
import { LineCounter, parseDocument } from 'yaml';
import { type Fields, isFields } from './fields.js';
import { type LocatedFault, locator } from './location.js';
import { resolvePaths } from './paths.js';
import { TuningFileError } from './tuning-file-error.js';

/** What the command line says instead of, or in addition to, the file. */
export interface TuningFileOverrides {
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
  readonly maxTrainingJobs?: number | undefined;
  readonly maxParallelTrainingJobs?: number | undefined;
}

export interface TuningFile {
  readonly body: CreateTuningJobBody;
  /** An error that shows the faults, found here or by the server, in the file. */
  error(faults: readonly Fault[]): TuningFileError;
}

/**
 * Reads a tuning job from YAML. Relative paths count from the file's folder and become `file://` URIs.
 *
 * @throws TuningFileError with line and column of every fault.
 */
export function parseTuningFile(text: string, path: string, overrides: TuningFileOverrides = {}): TuningFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error): LocatedFault => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, path: [], message: `${error.message}.`.replace(/\.\.$/, '.') };
    });
    throw new TuningFileError(path, text, faults);
  }
  const locate = locator(document, lines);
  const error = (faults: readonly Fault[]) => new TuningFileError(path, text, faults.map(locate));

  const content: unknown = document.toJS();
  if (!isFields(content))
    throw error([{ path: [], message: 'The file must be a map of fields, such as "objective:".' }]);
  const overridden = override(content, overrides);
  const { body, faults: pathFaults } = resolvePaths(overridden, dirname(resolve(path)));
  const parsed = createTuningJobSchema.safeParse(body, { reportInput: true });
  const faults = [...(parsed.success ? [] : schemaFaults(parsed.error)), ...pathFaults];
  if (!parsed.success || faults.length > 0) throw error(faults);
  return { body: parsed.data, error };
}

function override(content: Fields, overrides: TuningFileOverrides): Fields {
  const { name, seed, ...limits } = overrides;
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const changed: Record<string, unknown> = { ...content };
  if (name !== undefined) changed.name = name;
  if (seed !== undefined) changed.seed = seed;
  if (given.length > 0) {
    const inFile = content.limits;
    changed.limits = { ...(isFields(inFile) ? inFile : {}), ...Object.fromEntries(given) };
  }
  return changed;
}
