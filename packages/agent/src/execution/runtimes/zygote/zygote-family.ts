import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { OPT_ML, type SandboxedProgram } from '../../sandbox/sandbox.js';
import { interpreterIdentity } from './interpreter-identity.js';
import { type ProgramSources, programSources } from './program-sources.js';
import { type PythonProgram, pythonProgram } from './python-program.js';
import { startupVariables, variableAgainstForking } from './startup-variables.js';
import type { ColdReason } from './zygote-statistics.js';

const LONGEST_REQUEST_BYTES = 512 * 1024;

/** What one program needs of a zygote. Programs of the same key can come from the same. */
export interface ZygoteFamily {
  readonly key: string;
  readonly python: PythonProgram;
  readonly sources: ProgramSources;
  readonly startupVariables: Readonly<Record<string, string>>;
  /** The attempt's own virtual environment, which its zygote has a copy of. */
  readonly ownEnvironment: boolean;
}

/** Finds out what zygote a program could come from, or why from none. Reads only its source and a few small files. */
export function zygoteFamily(program: SandboxedProgram, tenant: string): ZygoteFamily | ColdReason {
  const python = pythonProgram(program.command);
  if (python === undefined) return 'not-python';
  if (variableAgainstForking(program.environment) !== undefined) return 'variable';
  if (requestBytes(program) > LONGEST_REQUEST_BYTES) return 'too-long';
  const { root } = program.folder.training;
  const reach = (path: string) => (isInTraining(path) ? join(root, path.slice(OPT_ML.length)) : path);
  const ownEnvironment = isInTraining(python.interpreter);
  const identity = interpreterIdentity(reach(python.interpreter), ownEnvironment);
  if (identity === undefined) return 'not-python';
  const searched = (program.environment.PYTHONPATH ?? '').split(':').filter(isInTraining).map(reach);
  const sources = programSources(python, reach(program.workingFolder), searched, reach);
  const variables = startupVariables(program.environment);
  const parts = [
    tenant,
    ...[python.interpreter, identity, python.kind, sources.digest],
    Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)),
    program.mounts,
  ];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { key, python, sources, startupVariables: variables, ownEnvironment };
}

function isInTraining(path: string): boolean {
  return path === OPT_ML || path.startsWith(`${OPT_ML}/`);
}

function requestBytes({ command, environment }: SandboxedProgram): number {
  const texts = [...command, ...Object.entries(environment).flat()];
  return texts.reduce((sum, text) => sum + text.length, 0);
}
