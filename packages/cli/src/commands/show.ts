import type { Client } from '@fleetune/api/client';
import type { TrainingJob } from '@fleetune/api/contract';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { findJob } from '../find-job.js';
import { wholeNumber } from '../option-values.js';
import { renderTrainingSummary } from '../render/training-summary.js';
import { renderTrainingJobs, renderTuningSummary } from '../render/tuning-summary.js';

interface ShowOptions extends ConnectionOptions {
  readonly top?: number;
  readonly json?: boolean;
}

export function showCommand(context: CommandContext): Command {
  const command = new Command('show')
    .summary('show a tuning job with its training jobs, or one training job')
    .description('Shows a tuning job with its training jobs, best first, or one training job with its phases.')
    .argument('<name>', 'name of a tuning job or a training job')
    .option('--top <n>', 'only so many training jobs of a tuning job, the best', wholeNumber(1));
  return withConnectionOptions(command)
    .addHelpText('after', SHOW_HELP)
    .action(async (name: string, options: ShowOptions) => {
      const { client } = await connect(options, context.terminal);
      const found = await findJob(client, name);
      if (found.kind === 'training job') {
        const { job: trainingJob } = found;
        if (options.json) return context.json({ trainingJob });
        return context.print(renderTrainingSummary(trainingJob, context.terminal));
      }
      const { job: tuningJob } = found;
      const all = bestFirst(await allTrainingJobs(client, name), tuningJob.objective.type);
      const trainingJobs = all.slice(0, options.top);
      if (options.json) return context.json({ tuningJob, trainingJobs });
      context.print(renderTuningSummary(tuningJob, context.terminal));
      if (trainingJobs.length > 0) context.print(`\n${renderTrainingJobs(tuningJob, trainingJobs, context.terminal)}`);
    });
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
  $ fleetune show digits --json | jq '.trainingJobs[].tuning.objectiveValue'
${EXIT_CODES_HELP}`;
