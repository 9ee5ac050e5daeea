export type {
  AttemptExecution,
  AttemptExecutor,
  AttemptObserver,
  AttemptStart,
  LogReader,
} from './attempt-execution.js';
export { createAttemptExecutor } from './attempt-executor.js';
export type {
  AttemptExecutorOptions,
  ExecutionClock,
  ImageCatalogue,
  ProgramCommand,
  RequirementsRequest,
  SandboxChoice,
} from './executor-options.js';
export { ZygoteUnavailableError } from './runtimes/zygote/zygote-errors.js';
export type { ZygoteChoice, ZygoteOptions } from './runtimes/zygote/zygote-options.js';
export type { ColdReason, EndReason, ZygoteStatistics } from './runtimes/zygote/zygote-statistics.js';
export { SandboxUnavailableError } from './sandbox/choose-sandbox.js';
