import type { AttemptOutcome, FinalMetric } from '@fleetune/domain';

const NO_OPT_ML =
  'This agent runs programs without a sandbox, so there is no /opt/ml for them: install bubblewrap on it, or take the places from the SM_* variables. ';

/** What is known when every process of the attempt is gone. */
export interface ProgramEvidence {
  readonly exitCode: number;
  readonly finalMetrics: readonly FinalMetric[];
  /** The memory that it had, where it is known to have been killed because that was used up. */
  readonly usedUpMemoryMib?: number;
  /** Undefined unless the job belongs to a tuning job. */
  readonly objective?: { readonly metricName: string; readonly regex: string | undefined };
}

/** What only a failure is explained with; read when there is one. */
export interface FailureEvidence {
  /** What the program wrote to its failure file. */
  readonly failureText: string | undefined;
  readonly lastLines: string;
  /** False where programs run without a sandbox, and there is no `/opt/ml` for them. */
  readonly hasOptMl: boolean;
}

/** True when the program did all that was asked of it. */
export function hasSucceeded({ exitCode, finalMetrics, objective }: ProgramEvidence): boolean {
  if (exitCode !== 0) return false;
  return objective === undefined || Number.isFinite(objectiveValue(finalMetrics, objective.metricName));
}

/** Says why a program that has not succeeded failed. */
export function failureOutcome(
  { exitCode, finalMetrics, objective, usedUpMemoryMib }: ProgramEvidence,
  { failureText, lastLines, hasOptMl }: FailureEvidence,
): AttemptOutcome {
  const tail = lastLines === '' ? 'It printed nothing.' : `Last lines: ${lastLines}`;
  if (exitCode !== 0 || objective === undefined) {
    const explanation = failureText ?? tail;
    const hint = !hasOptMl && explanation.includes('/opt/ml') ? NO_OPT_ML : '';
    const death = usedUpMemoryMib === undefined ? `${signalHint(exitCode)}.` : `: ${memoryDeath(usedUpMemoryMib)}`;
    const reason = `The program ended with exit code ${exitCode}${death} ${hint}${explanation}`;
    return { kind: 'AlgorithmError', reason, exitCode };
  }
  const { metricName, regex } = objective;
  const value = objectiveValue(finalMetrics, metricName);
  if (value !== undefined) {
    const reason = `The program ended with exit code 0 but its objective metric "${metricName}" ended as ${value}, which cannot be compared. ${tail}`;
    return { kind: 'AlgorithmError', reason, exitCode };
  }
  const pattern = regex === undefined ? 'no regex is defined for it' : `regex ${regex}`;
  const reason = `The program ended with exit code 0 but its log never matched the objective metric "${metricName}" (${pattern}). ${tail}`;
  return { kind: 'AlgorithmError', reason, exitCode };
}

function objectiveValue(finalMetrics: readonly FinalMetric[], name: string): number | undefined {
  return finalMetrics.find((metric) => metric.name === name)?.value;
}

function memoryDeath(memoryMib: number): string {
  return `out of memory. It has ${memoryMib} MiB on this agent and needed more; ask for an instance type that has more.`;
}

function signalHint(exitCode: number): string {
  if (exitCode === 137) return ' (killed by SIGKILL, often for want of memory)';
  return exitCode > 128 && exitCode < 160 ? ` (ended by signal ${exitCode - 128})` : '';
}
