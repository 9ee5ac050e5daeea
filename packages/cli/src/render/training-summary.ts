import type { TrainingJob, WarmPool } from '@fleetune/api/contract';
import { spotSavingPercent } from '@fleetune/domain';
import type { Terminal } from '../terminal.js';
import { formatDuration, formatValue } from './numbers.js';
import { renderStatus } from './status.js';

/** One training job, with its way through the phases. */
export function renderTrainingSummary(job: TrainingJob, terminal: Terminal): string {
  const { colors } = terminal;
  const phase = job.secondaryStatus === job.status ? '' : colors.dim(`  ${job.secondaryStatus}`);
  const lines = [`${colors.bold(job.name)}  ${renderStatus(job.status, terminal)}${phase}`];
  if (job.failureReason !== undefined) lines.push(`  ${colors.red(job.failureReason)}`);
  const section = (title: string, facts: readonly Fact[]) => {
    const known = facts.filter(([, value]) => value !== undefined);
    if (known.length === 0) return;
    const width = Math.max(...known.map(([label]) => label.length));
    if (title !== '') lines.push(`  ${title}`);
    const indent = title === '' ? '  ' : '    ';
    for (const [label, value] of known) lines.push(`${indent}${colors.dim(label.padEnd(width))}  ${value}`);
  };
  section('', [
    ['tuning job', job.tuning?.tuningJobName],
    ['objective', job.tuning === undefined ? undefined : formatValue(job.tuning.objectiveValue)],
    ['instance', job.instanceType],
    ['attempts', String(job.attemptCount)],
    ['training', job.trainingTimeSeconds === undefined ? undefined : formatDuration(job.trainingTimeSeconds)],
    ['saved', saved(job)],
    ['startup', job.startupMs === undefined ? undefined : `${Math.round(job.startupMs)} ms`],
    ['warm pool', job.warmPool === undefined ? undefined : warmPool(job.warmPool)],
    ['model', job.modelArtifactUri],
  ]);
  // SageMaker passes the objective's name to the program by a hyperparameter that nobody chose.
  section(
    'hyperparameters',
    Object.entries(job.hyperparameters).filter(([name]) => !name.startsWith('_tuning_')),
  );
  section(
    'metrics',
    job.finalMetrics.map((metric) => [metric.name, formatValue(metric.value)]),
  );
  section(
    'phases',
    job.transitions.map(({ status, startTimeMs, statusMessage = '' }) => [
      new Date(startTimeMs).toISOString(),
      `${status.padEnd(12)} ${colors.dim(statusMessage)}`.trimEnd(),
    ]),
  );
  return lines.join('\n');
}

/** Against machines that are not spot; undefined where nothing was saved. */
function saved({ trainingTimeSeconds = 0, billableTimeSeconds = 0 }: TrainingJob): string | undefined {
  const percent = Math.round(spotSavingPercent(trainingTimeSeconds, billableTimeSeconds));
  return percent > 0 ? `${percent} % (${formatDuration(billableTimeSeconds)} billed)` : undefined;
}

/** "Available for 300 s, retained 12 s", "Reused by next-job, retained 3 s" */
function warmPool({ status, keepAlivePeriodSeconds, retainedSeconds, reusedBy, end }: WarmPool): string {
  const retained = `retained ${Math.round(retainedSeconds)} s`;
  if (status === 'Reused') return `Reused by ${reusedBy ?? 'another job'}, ${retained}`;
  if (status === 'Terminated') return `Terminated: ${end ?? 'over'}, ${retained}`;
  return status === 'Available' ? `Available for ${keepAlivePeriodSeconds} s, ${retained}` : status;
}

type Fact = readonly [label: string, value: string | undefined];
