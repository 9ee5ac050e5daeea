export type {
  AttemptExecution,
  AttemptExecutor,
  AttemptObserver,
  AttemptStart,
  LogReader,
} from './attempt-execution.js';
export { createAttemptExecutor } from './attempt-executor.js';
export type { AttemptExecutorOptions, ExecutionClock, ProgramCommand, SandboxChoice } from './executor-options.js';
export { SandboxUnavailableError } from './sandbox/choose-sandbox.js';
