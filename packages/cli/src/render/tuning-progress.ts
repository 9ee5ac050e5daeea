import type { TrainingJob, TuningJob } from '@fleetune/api/contract';
import type { Terminal } from '../terminal.js';
import { formatConfiguration, formatDuration, formatValue, tunedNames } from './numbers.js';
import { renderStatus } from './status.js';

/** What is known of a tuning job at one moment. */
export interface TuningProgress {
  readonly job: TuningJob;
  readonly running: readonly TrainingJob[];
  readonly elapsedSeconds: number;
  /** Why the newest look failed, while the server is asked again. */
  readonly trouble?: string;
}

/** Several lines to draw over: bar, counts, the best so far, what runs. */
export function renderProgress(progress: TuningProgress, terminal: Terminal): string {
  const { job, running, elapsedSeconds, trouble } = progress;
  const { colors } = terminal;
  const columns = terminal.columns();
  const title = `${colors.bold(job.name)}  ${renderStatus(job.status, terminal)}  ${formatDuration(elapsedSeconds)}`;
  const aim = colors.dim(`${job.strategy}, ${job.objective.type.toLowerCase()} ${job.objective.metric}`);
  const lines = [`${title}  ${aim}`, `${bar(job, terminal)}  ${countsText(job)}`, bestLine(job, terminal)];
  for (const training of running) {
    const since = training.trainingStartTimeMs ?? training.creationTimeMs;
    const age = formatDuration((Date.now() - since) / 1000);
    const configuration = formatConfiguration(training.tuning?.configuration ?? {}, tunedNames(job));
    const head = `  ${training.name}  ${training.secondaryStatus.padEnd(11)} ${age.padStart(5)}  `;
    lines.push(`${head}${colors.dim(clip(configuration, columns - head.length))}`);
  }
  if (trouble !== undefined) lines.push(colors.yellow(clip(trouble, columns)));
  return lines.join('\n');
}

/** One line for logs: what changed since the line before. */
export function progressLine({ job, elapsedSeconds }: TuningProgress): string {
  const best = job.bestTrainingJob;
  const bestText = best === undefined ? '' : `  best ${formatValue(best.tuning?.objectiveValue)} (${best.name})`;
  return `${formatDuration(elapsedSeconds).padStart(8)}  ${job.name}  ${doneText(job)}  ${countsText(job)}${bestText}`;
}

function bar(job: TuningJob, { colors }: Terminal): string {
  const total = job.limits.maxTrainingJobs;
  if (total === undefined) return doneText(job);
  const width = 30;
  const done = Math.min(width, Math.floor((endedCount(job) / total) * width));
  const busy = Math.min(width - done, Math.ceil((job.trainingJobCounts.inProgress / total) * width));
  return `${colors.green('█'.repeat(done))}${colors.cyan('▒'.repeat(busy))}${colors.dim('░'.repeat(width - done - busy))}  ${doneText(job)}`;
}

function doneText(job: TuningJob): string {
  const total = job.limits.maxTrainingJobs;
  return total === undefined ? `${endedCount(job)} done` : `${endedCount(job)}/${total}`;
}

function countsText({ trainingJobCounts: counts }: TuningJob): string {
  const failed = counts.nonRetryableError + counts.retryableError;
  const parts = [`${counts.inProgress} running`, `${counts.completed} completed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (counts.stopped > 0) parts.push(`${counts.stopped} stopped`);
  return parts.join(', ');
}

function endedCount({ trainingJobCounts: counts }: TuningJob): number {
  return counts.completed + counts.nonRetryableError + counts.retryableError + counts.stopped;
}

function bestLine(job: TuningJob, terminal: Terminal): string {
  const best = job.bestTrainingJob;
  if (best?.tuning === undefined) return terminal.colors.dim('no result yet');
  const value = formatValue(best.tuning.objectiveValue);
  const head = `best ${value}  ${best.name}  `;
  const rest = clip(formatConfiguration(best.tuning.configuration, tunedNames(job)), terminal.columns() - head.length);
  return `best ${terminal.colors.bold(terminal.colors.green(value))}  ${best.name}  ${terminal.colors.dim(rest)}`;
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
