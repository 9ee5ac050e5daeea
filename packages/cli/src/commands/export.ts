import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { allSummaries } from '../all-summaries.js';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import { FORMATS, type Format, formatTable } from '../tables/formats.js';
import { trainingJobTable } from '../tables/table.js';

interface ExportOptions extends ConnectionOptions {
  readonly format?: Format;
  readonly output?: string;
  readonly json?: boolean;
}

export function exportCommand(context: CommandContext): Command {
  const command = new Command('export')
    .summary('write the training jobs of a tuning job as a table')
    .description('Writes one row a training job of a tuning job: objective, hyperparameters, times.')
    .argument('<name>', 'name of a tuning job')
    .addOption(
      new Option('--format <format>', 'form of the table; by default what the file is called, else csv').choices(
        FORMATS,
      ),
    )
    .option('--output <file>', 'file to write; without it the table goes to stdout');
  return withConnectionOptions(command)
    .addHelpText('after', EXPORT_HELP)
    .action(async (name: string, options: ExportOptions) => {
      const { output } = options;
      const format = options.json ? 'json' : (options.format ?? formatOf(output) ?? 'csv');
      if (format === 'parquet' && output === undefined) {
        throw new CommandError(EXIT.invalid, 'Parquet is not text; name a file with --output.');
      }
      const { client } = await connect(options, context.terminal);
      const job = await client.tuningJob(name);
      const table = formatTable(trainingJobTable(job, await allSummaries(client, name)), format);
      if (output === undefined) return void context.terminal.out.write(table);
      await writeFile(output, table);
      context.note(`Written to ${output}.`);
    });
}

function formatOf(file: string | undefined): Format | undefined {
  return FORMATS.find((format) => file?.endsWith(`.${format}`));
}

const EXPORT_HELP = `
Examples:
  $ fleetune export digits > digits.csv
  $ fleetune export digits --output digits.parquet
  $ fleetune export digits --json | jq 'max_by(.objective)'
${EXIT_CODES_HELP}`;
