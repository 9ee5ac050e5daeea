import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';

interface CordonOptions extends ConnectionOptions {
  readonly json?: boolean;
}

export function cordonCommand(context: CommandContext): Command {
  const command = new Command('cordon')
    .summary('let an agent take no new work')
    .description(
      'Lets an agent take no new work. What it runs goes on. It stays so, over restarts of the agent, until "fleetune uncordon". Needs the token of the server itself.',
    )
    .argument('<agent>', 'name or id of a connected agent');
  return withConnectionOptions(command)
    .addHelpText('after', CORDON_HELP)
    .action(async (name: string, options: CordonOptions) => {
      const { client } = await connect(options, context.terminal);
      const agent = await client.cordonAgent(name);
      if (options.json) return context.json({ agent, cordoned: true });
      context.print(`${agent.name}  cordoned, ${agent.runningCount} running`);
    });
}

export function uncordonCommand(context: CommandContext): Command {
  const command = new Command('uncordon')
    .summary('let a cordoned agent take work again')
    .description('Lets a cordoned agent take work again. Needs the token of the server itself.')
    .argument('<agent>', 'name or id of a connected agent');
  return withConnectionOptions(command)
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (name: string, options: CordonOptions) => {
      const { client } = await connect(options, context.terminal);
      const agent = await client.uncordonAgent(name);
      if (options.json) return context.json({ agent, cordoned: false });
      context.print(`${agent.name}  takes work again`);
    });
}

const CORDON_HELP = `
Examples:
  $ fleetune cordon worker-3      # before its machine is worked on
  $ fleetune uncordon worker-3
${EXIT_CODES_HELP}`;
