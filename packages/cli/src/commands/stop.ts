import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { findJob } from '../find-job.js';

export function stopCommand(context: CommandContext): Command {
  const command = new Command('stop')
    .summary('stop a tuning job or a training job')
    .description('Asks a job to stop. Running programs get SIGTERM and time to save; what they saved is kept.')
    .argument('<name>', 'name of a tuning job or a training job');
  return withConnectionOptions(command)
    .addHelpText('after', STOP_HELP)
    .action(async (name: string, options: ConnectionOptions & { json?: boolean }) => {
      const { client } = await connect(options, context.terminal);
      const found = await findJob(client, name);
      const stopped =
        found.kind === 'tuning job' ? await client.stopTuningJob(name) : await client.stopTrainingJob(name);
      if (options.json) return context.json({ kind: found.kind, name, status: stopped.status });
      context.print(`${name}  ${stopped.status}`);
    });
}

const STOP_HELP = `
Examples:
  $ fleetune stop digits
${EXIT_CODES_HELP}`;
