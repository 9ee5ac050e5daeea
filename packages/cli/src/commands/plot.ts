import { writeFile } from 'node:fs/promises';
import type { Client } from '@fleetune/api/client';
import { Command } from 'commander';
import { allSummaries } from '../all-summaries.js';
import { type Chart, NothingToDrawError } from '../charts/chart.js';
import { metricChart } from '../charts/metric-chart.js';
import { terminalChart } from '../charts/terminal-chart.js';
import { progressChart, sliceChart } from '../charts/tuning-charts.js';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import { findJob } from '../find-job.js';

interface PlotOptions extends ConnectionOptions {
  readonly parameter?: string;
  readonly metric?: string;
  readonly svg?: string;
  readonly json?: boolean;
}

export function plotCommand(context: CommandContext): Command {
  const command = new Command('plot')
    .summary('draw a tuning job or a training job')
    .description(
      'Draws the objective of a tuning job by training job, or by one hyperparameter; of a training job its metrics.',
    )
    .argument('<name>', 'name of a tuning job or a training job')
    .option('--parameter <name>', 'the objective by this hyperparameter of a tuning job')
    .option('--metric <name>', 'only this metric of a training job')
    .option('--svg <file>', 'write an SVG file instead of drawing in the terminal');
  return withConnectionOptions(command)
    .addHelpText('after', PLOT_HELP)
    .action(async (name: string, options: PlotOptions) => {
      const { client } = await connect(options, context.terminal);
      const chart = await chartOf(client, name, options).catch((error: unknown) => {
        throw error instanceof NothingToDrawError ? new CommandError(EXIT.failed, error.message) : error;
      });
      if (options.svg !== undefined) {
        // Only here: the library that draws it takes longer to load than every other command to run.
        const { svgChart } = await import('../charts/svg-chart.js');
        await writeFile(options.svg, svgChart(chart));
        context.note(`Written to ${options.svg}.`);
      }
      if (options.json) context.json(chart);
      else if (options.svg === undefined) context.print(terminalChart(chart, context.terminal));
    });
}

async function chartOf(client: Client, name: string, { parameter, metric }: PlotOptions): Promise<Chart> {
  const found = await findJob(client, name);
  if (found.kind === 'training job') {
    if (parameter !== undefined) throw new CommandError(EXIT.invalid, '--parameter is for a tuning job.');
    return metricChart(name, await client.trainingJobMetrics(name), metric);
  }
  if (metric !== undefined) throw new CommandError(EXIT.invalid, '--metric is for a training job.');
  const trainingJobs = await allSummaries(client, name);
  return parameter === undefined
    ? progressChart(found.job, trainingJobs)
    : sliceChart(found.job, trainingJobs, parameter);
}

const PLOT_HELP = `
Examples:
  $ fleetune plot digits
  $ fleetune plot digits --parameter learning_rate
  $ fleetune plot digits-007-0a1b2c3d --metric validation:accuracy
  $ fleetune plot digits --svg digits.svg
${EXIT_CODES_HELP}`;
