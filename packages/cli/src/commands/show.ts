import type { Client } from '@fleetune/api/client';
import type { TrainingJob, TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { isTerminalTrainingJobStatus, isTerminalTuningJobStatus } from '@fleetune/domain';
import { Command } from 'commander';
import { allSummaries } from '../all-summaries.js';
import { bestSoFar } from '../best-so-far.js';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { findJob } from '../find-job.js';
import { wholeNumber } from '../option-values.js';
import { formatValue } from '../render/numbers.js';
import { sparkline } from '../render/sparkline.js';
import { renderTrainingSummary } from '../render/training-summary.js';
import { renderTrainingJobs, renderTuningSummary } from '../render/tuning-summary.js';
import type { Terminal } from '../terminal.js';
import { type Look, watchScreen } from '../watch-screen.js';

interface ShowOptions extends ConnectionOptions {
  readonly top?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** So many training jobs fit on a screen beside the summary. */
const TOP_WATCHED = 12;
const COURSE_WIDTH = 48;

export function showCommand(context: CommandContext): Command {
  const command = new Command('show')
    .summary('show a tuning job with its training jobs, or one training job')
    .description('Shows a tuning job with its training jobs, best first, or one training job with its phases.')
    .argument('<name>', 'name of a tuning job or a training job')
    .option('--top <n>', 'only so many training jobs of a tuning job, the best', wholeNumber(1))
    .option('--watch', 'keep it up to date, with the course of the metrics, until the job has ended or Ctrl-C');
  return withConnectionOptions(command)
    .addHelpText('after', SHOW_HELP)
    .action(async (name: string, options: ShowOptions) => {
      const { client } = await connect(options, context.terminal);
      if (options.watch) {
        const top = options.top ?? TOP_WATCHED;
        return watchScreen(context, () => lookAt(client, name, top, context.terminal), { json: options.json });
      }
      const { document, text } = await lookAt(client, name, options.top, context.terminal, { course: false });
      if (options.json) context.json(document);
      else context.print(text);
    });
}

async function lookAt(
  client: Client,
  name: string,
  top: number | undefined,
  terminal: Terminal,
  { course } = { course: true },
): Promise<Look> {
  const found = await findJob(client, name);
  if (found.kind === 'training job') {
    const { job: trainingJob } = found;
    const lines = [renderTrainingSummary(trainingJob, terminal)];
    if (course) lines.push(...metricCourses(await client.trainingJobMetrics(name)));
    const ended = isTerminalTrainingJobStatus(trainingJob.status);
    return { document: { trainingJob }, text: lines.join('\n'), ended };
  }
  const { job: tuningJob } = found;
  const all = bestFirst(await allTrainingJobs(client, name), tuningJob.objective.type);
  const trainingJobs = all.slice(0, top);
  const lines = [renderTuningSummary(tuningJob, terminal)];
  if (course) lines.push(...objectiveCourses(tuningJob, await allSummaries(client, name)));
  if (trainingJobs.length > 0) lines.push(`\n${renderTrainingJobs(tuningJob, trainingJobs, terminal)}`);
  const ended = isTerminalTuningJobStatus(tuningJob.status);
  return { document: { tuningJob, trainingJobs }, text: lines.join('\n'), ended };
}

/** How each metric went, as little bars. */
function metricCourses(points: readonly { readonly name: string; readonly value: number }[]): string[] {
  const names = [...new Set(points.map(({ name }) => name))];
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => {
    const values = points.flatMap((point) => (point.name === name ? [point.value] : []));
    return `  ${name.padEnd(width)}  ${sparkline(values, COURSE_WIDTH)}  ${formatValue(values.at(-1))}`;
  });
}

function objectiveCourses({ objective }: TuningJob, summaries: readonly TrainingJobSummary[]): string[] {
  const values = summaries.flatMap(({ objectiveValue }) => objectiveValue ?? []);
  if (values.length === 0) return [];
  return [
    `  each         ${sparkline(values, COURSE_WIDTH)}`,
    `  best so far  ${sparkline(bestSoFar(objective.type, summaries), COURSE_WIDTH)}`,
  ];
}

async function allTrainingJobs(client: Client, tuningJobName: string): Promise<TrainingJob[]> {
  const all: TrainingJob[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.listTrainingJobs({ tuningJobName, nextToken });
    all.push(...page.trainingJobs);
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return all;
}

/** Those without a value come last, in the order of their suggestion. */
function bestFirst(jobs: readonly TrainingJob[], type: 'Maximize' | 'Minimize'): TrainingJob[] {
  const sign = type === 'Maximize' ? -1 : 1;
  const rank = (job: TrainingJob) => {
    const value = job.tuning?.objectiveValue;
    return value === undefined || Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value;
  };
  const index = (job: TrainingJob) => job.tuning?.index ?? 0;
  return [...jobs].sort((a, b) => (rank(a) === rank(b) ? index(a) - index(b) : rank(a) - rank(b)));
}

const SHOW_HELP = `
Examples:
  $ fleetune show digits --top 5
  $ fleetune show digits --watch
  $ fleetune show digits --json | jq '.trainingJobs[].tuning.objectiveValue'
${EXIT_CODES_HELP}`;
