import type { AttemptStart } from '../attempt-execution.js';
import type { AttemptFolder, TrainingPaths } from '../contract/attempt-folder.js';
import type { trainingConfig } from '../contract/config-files.js';
import { trainingEnvironment } from '../contract/training-environment.js';
import { attemptTag } from '../process-tree/attempt-tag.js';
import type { ChannelMount, SandboxedProgram } from '../sandbox/sandbox.js';
import type { AttemptContext } from './attempt-context.js';
import type { ResolvedProgram } from './resolved-program.js';

export interface ProgramWalls {
  readonly folder: AttemptFolder;
  /** The training folders as the program sees them. */
  readonly visible: TrainingPaths;
  readonly mounts: readonly ChannelMount[];
  readonly config: ReturnType<typeof trainingConfig>;
}

/** A program with all that its order and this agent add to it, ready for the sandbox. */
export function walledProgram(
  program: ResolvedProgram,
  { order, key, cpuCount, gpuUuids }: AttemptStart,
  { folder, visible, mounts, config }: ProgramWalls,
  { agent, settings }: AttemptContext,
): SandboxedProgram {
  const tag = attemptTag(agent, key);
  const host = { cpuCount, gpuUuids, pythonPath: settings.pythonPath, environment: process.env };
  const environment = { ...trainingEnvironment(order, config, visible, host), ...program.environment, ...tag };
  return {
    command: program.command,
    environment: { ...environment, PATH: searchPath(program.binFolders ?? [], environment.PATH) },
    workingFolder: program.startsIn === 'code' ? visible.code : visible.root,
    folder,
    mounts,
    networkIsolation: order.networkIsolation,
    tag,
  };
}

/** The folders that are not on the path yet, before it. */
function searchPath(folders: readonly string[], path = ''): string {
  const present = path.split(':');
  return [...folders.filter((folder) => !present.includes(folder)), path].join(':');
}
