import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { wholeNumber } from '../option-values.js';

interface InterruptOptions extends ConnectionOptions {
  readonly seconds: number;
  readonly json?: boolean;
}

export function interruptCommand(context: CommandContext): Command {
  const command = new Command('interrupt')
    .summary('rehearse that a machine is taken away')
    .description(
      'Lets an agent do as if its machine were taken away: it takes no new work, programs may save, and their training jobs go on elsewhere from their checkpoints. When the time is over it takes work again. Needs the token of the server itself.',
    )
    .argument('<agent>', 'name or id of a connected agent')
    .option('--seconds <n>', 'how long the machine has left', wholeNumber(1, 3600), 30);
  return withConnectionOptions(command)
    .addHelpText('after', INTERRUPT_HELP)
    .action(async (name: string, options: InterruptOptions) => {
      const { client } = await connect(options, context.terminal);
      const agent = await client.interruptAgent(name, options.seconds);
      if (options.json) return context.json({ agent, seconds: options.seconds });
      context.print(`${agent.name}  interrupted for ${options.seconds} s`);
    });
}

const INTERRUPT_HELP = `
Examples:
  $ fleetune interrupt worker-3
  $ fleetune interrupt worker-3 --seconds 120    # as long as Amazon EC2 gives notice
${EXIT_CODES_HELP}`;
