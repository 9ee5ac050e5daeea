import type { TrainingJob } from '@fleetune/api/contract';
import type { Terminal } from '../terminal.js';
import { formatDuration, formatValue } from './numbers.js';
import { renderStatus } from './status.js';

/** One training job, with its way through the phases. */
export function renderTrainingSummary(job: TrainingJob, terminal: Terminal): string {
  const { colors } = terminal;
  const lines = [`${colors.bold(job.name)}  ${renderStatus(job.status, terminal)}  ${job.secondaryStatus}`];
  const fact = (label: string, value: string | undefined) => {
    if (value !== undefined) lines.push(`  ${colors.dim(label)} ${value}`);
  };
  if (job.failureReason !== undefined) lines.push(`  ${colors.red(job.failureReason)}`);
  fact('tuning job', job.tuning?.tuningJobName);
  if (job.tuning !== undefined) fact('objective', formatValue(job.tuning.objectiveValue));
  fact('instance', job.instanceType);
  fact('attempts', String(job.attemptCount));
  fact('training', job.trainingTimeSeconds === undefined ? undefined : formatDuration(job.trainingTimeSeconds));
  fact('startup', job.startupMs === undefined ? undefined : `${Math.round(job.startupMs)} ms`);
  fact('model', job.modelArtifactUri);
  for (const [name, value] of Object.entries(job.hyperparameters)) fact(`hyperparameter ${name}`, value);
  for (const metric of job.finalMetrics) fact(`metric ${metric.name}`, formatValue(metric.value));
  for (const transition of job.transitions) {
    const message = transition.statusMessage === undefined ? '' : `  ${transition.statusMessage}`;
    fact(new Date(transition.startTimeMs).toISOString(), `${transition.status}${message}`);
  }
  return lines.join('\n');
}
