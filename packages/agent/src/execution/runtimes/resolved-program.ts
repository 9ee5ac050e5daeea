import type { TrainingPaths } from '../contract/attempt-folder.js';
import type { ProgramCommand, RequirementsRequest } from '../executor-options.js';

/** What to run for an order. Paths are as the program sees them. */
export interface ResolvedProgram extends ProgramCommand {
  /** Which of the training folders the program starts in. */
  readonly startsIn: 'code' | 'root';
  /** Folders to be found first on the PATH. */
  readonly binFolders?: readonly string[];
}

/** Where a program is being put together. */
export interface ProgramPlace {
  /** The training folders as the agent reaches them. */
  readonly paths: TrainingPaths;
  /** The same folders as the program will see them. */
  readonly visible: TrainingPaths;
  /** Walls for installers. */
  readonly confine: RequirementsRequest['confine'];
  readonly signal: AbortSignal;
}
