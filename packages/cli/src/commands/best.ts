import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { renderTrainingSummary } from '../render/training-summary.js';

export function bestCommand(context: CommandContext): Command {
  const command = new Command('best')
    .summary('show the best training job of a tuning job')
    .description('Shows the best completed training job so far: its objective, hyperparameters and model.')
    .argument('<name>', 'name of a tuning job');
  return withConnectionOptions(command)
    .addHelpText('after', BEST_HELP)
    .action(async (name: string, options: ConnectionOptions & { json?: boolean }) => {
      const { client } = await connect(options, context.terminal);
      const best = await client.bestTrainingJob(name);
      if (options.json) return context.json(best);
      context.print(renderTrainingSummary(best, context.terminal));
    });
}

const BEST_HELP = `
Examples:
  $ fleetune best digits
  $ fleetune best digits --json | jq .tuning.configuration
  $ fleetune best digits --json | jq -r .modelArtifactUri
${EXIT_CODES_HELP}`;
