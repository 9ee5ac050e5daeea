import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { type ServerCommandOptions, serverOptions, withServerOptions } from '../server-options.js';

export function serverCommand(context: CommandContext): Command {
  const command = new Command('server')
    .summary('run a server without an agent')
    .description('Runs the scheduler and its APIs on this machine. Agents join it from anywhere.');
  return withServerOptions(command, 'info')
    .addHelpText('after', SERVER_HELP)
    .action((options: ServerCommandOptions) => server(options, context));
}

async function server(options: ServerCommandOptions, context: CommandContext): Promise<void> {
  const { serverConfig, startServer } = await import('@fleetune/server');
  const running = await startServer(serverConfig(serverOptions(options, context.terminal)));
  const { url, grpcUrl, token, joinToken, accessKeyId, secretAccessKey } = running;
  if (options.json) context.json({ url, grpcUrl, token, joinToken, accessKeyId, secretAccessKey, pid: process.pid });
  else context.note(`Fleetune answers at ${url}; agents join at ${grpcUrl}.`);
  await new Promise<void>((resolve) => {
    let asked = false;
    const unlisten = context.terminal.onInterrupt(() => {
      // The second one ends the process at once: what is true is in the database.
      if (asked) process.exit(130);
      asked = true;
      void running.stop().finally(() => {
        unlisten();
        resolve();
      });
    });
  });
}

const SERVER_HELP = `
Examples:
  $ fleetune server --host 10.0.0.5
  $ fleetune server --database-url postgres://fleetune@db/fleetune --redis-url redis://queue:6379
${EXIT_CODES_HELP}`;
