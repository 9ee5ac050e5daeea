import type { TrainingJob, TuningJob } from '@fleetune/api/contract';
import type { Terminal } from '../terminal.js';
import { formatDuration, formatValue, tunedNames } from './numbers.js';
import { renderStatus } from './status.js';
import { renderTable } from './table.js';

/** How a tuning job stands or ended, in a few lines. */
export function renderTuningSummary(job: TuningJob, terminal: Terminal): string {
  const { colors } = terminal;
  const counts = job.trainingJobCounts;
  const failed = counts.nonRetryableError + counts.retryableError;
  const seconds = ((job.endTimeMs ?? Date.now()) - job.creationTimeMs) / 1000;
  const why = job.completionReason === undefined ? '' : colors.dim(`  ${job.completionReason}`);
  const lines = [
    `${colors.bold(job.name)}  ${renderStatus(job.status, terminal)}${why}`,
    `  ${job.strategy}, ${job.objective.type.toLowerCase()} ${job.objective.metric}, seed ${job.seed}`,
    `  ${counts.completed} completed, ${failed} failed, ${counts.stopped} stopped, ${counts.inProgress} running; ` +
      `${formatDuration(seconds)}, ${formatDuration(job.consumedRuntimeSeconds)} of training`,
  ];
  if (job.failureReason !== undefined) lines.push(`  ${colors.red(job.failureReason)}`);
  const best = job.bestTrainingJob;
  if (best?.tuning !== undefined) {
    lines.push(`  best ${colors.green(formatValue(best.tuning.objectiveValue))}  ${best.name}`);
    for (const name of tunedNames(job)) {
      const value = best.tuning.configuration[name];
      if (value !== undefined) lines.push(`    ${colors.dim(name)} ${formatValue(value)}`);
    }
  }
  return lines.join('\n');
}

/** Training jobs of one tuning job with the values that were tried. */
export function renderTrainingJobs(
  tuningJob: TuningJob,
  trainingJobs: readonly TrainingJob[],
  terminal: Terminal,
): string {
  const tuned = tunedNames(tuningJob);
  return renderTable(
    [
      { title: 'training job' },
      { title: 'status' },
      { title: 'objective', align: 'right' },
      { title: 'time', align: 'right' },
      ...tuned.map((title) => ({ title, align: 'right' as const })),
    ],
    trainingJobs.map((job) => [
      job.name,
      renderStatus(job.status === 'InProgress' ? job.secondaryStatus : job.status, terminal),
      formatValue(job.tuning?.objectiveValue),
      job.trainingTimeSeconds === undefined ? '–' : formatDuration(job.trainingTimeSeconds),
      ...tuned.map((name) => formatValue(job.tuning?.configuration[name])),
    ]),
    terminal,
  );
}
