/** The share of its machine that an attempt has. */
export interface TrainingHost {
  /** Cores this attempt may count on, at least 1. */
  readonly cpuCount: number;
  readonly gpuUuids: readonly string[];
  /** Folders of Python packages that programs find after their own. */
  readonly pythonPath: readonly string[];
  /** The agent's own variables; only a few that say where programs are and how text is written are passed on. */
  readonly environment: NodeJS.ProcessEnv;
}
