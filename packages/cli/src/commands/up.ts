import { cpus } from 'node:os';
import type { RunningServer } from '@fleetune/server';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { isLoopback } from '../connection.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import { type LocalAgent, startLocalAgent } from '../local-agent.js';
import { wholeNumber } from '../option-values.js';
import { type ServerCommandOptions, serverOptions, withServerOptions } from '../server-options.js';

interface UpOptions extends ServerCommandOptions {
  readonly slots: number;
}

export function upCommand(context: CommandContext): Command {
  const command = new Command('up')
    .summary('start everything on this machine')
    .description('Starts a server and an agent on this machine and says how to reach them.')
    .option(
      '--slots <n>',
      'training jobs at once on this machine (default: one per core)',
      wholeNumber(1, 4096),
      cpus().length,
    );
  return withServerOptions(command, 'warn')
    .addHelpText('after', UP_HELP)
    .action((options: UpOptions) => up(options, context));
}

async function up(options: UpOptions, context: CommandContext): Promise<void> {
  const { serverConfig, startServer } = await import('@fleetune/server');
  const settings = serverOptions(options, context.terminal);
  const config = serverConfig(settings);
  context.note(`Starting Fleetune in ${config.dataDirectory} ...`);
  const server = await startServer(config);
  const stopping = interrupts(context);
  try {
    const start = () =>
      startLocalAgent({
        grpcUrl: server.grpcUrl,
        joinToken: server.joinToken,
        dataDirectory: config.dataDirectory,
        slots: options.slots,
        logLevel: options.logLevel ?? 'warn',
      });
    const agent = await start();
    if (options.json) context.json(upDocument(server, config.dataDirectory, options.slots));
    else context.print(welcome(server, options.slots, context));
    const last = await keepAgent(agent, start, stopping.first, context);
    if (last === undefined) context.exit(EXIT.failed);
    else await drain(last, stopping.second, context);
  } finally {
    await Promise.race([server.stop(), stopping.second]);
    stopping.unlisten();
  }
}

/** How long an agent that was told to end at once may take to end its programs. */
const END_AT_ONCE_MS = 12_000;

/** An agent that ends so often by itself will not stay the next time either. */
const MAX_AGENT_RESTARTS = 5;

/**
 * Starts the agent again when it ends by itself (killed for memory, say), until somebody asks to stop.
 *
 * @returns the agent that runs then, or undefined when it was started too often.
 */
async function keepAgent(
  first: LocalAgent,
  start: () => Promise<LocalAgent>,
  stop: Promise<void>,
  { note }: CommandContext,
): Promise<LocalAgent | undefined> {
  let agent = first;
  for (let restarts = 0; ; restarts += 1) {
    const end = await Promise.race([stop.then(() => 'asked' as const), agent.ended.then(() => 'ended' as const)]);
    if (end === 'asked') return agent;
    if (restarts === MAX_AGENT_RESTARTS) break;
    note('The local agent ended by itself; starting it again. What it ran is tried again.');
    agent = await start();
  }
  note(`The local agent ended by itself ${MAX_AGENT_RESTARTS + 1} times; its log above says why.`);
  return undefined;
}

async function drain(agent: LocalAgent, atOnce: Promise<void>, context: CommandContext): Promise<void> {
  context.note('\nDraining: running programs may save. Ctrl-C again stops at once.');
  agent.stop();
  void atOnce.then(() => {
    context.exit(EXIT.interrupted);
    agent.stop();
    setTimeout(() => agent.kill(), END_AT_ONCE_MS).unref();
  });
  await agent.ended;
}

/** The first Ctrl-C and the second, as promises. */
function interrupts({ terminal }: CommandContext) {
  let resolvers: (() => void)[] = [];
  const nth = () => new Promise<void>((resolve) => resolvers.push(resolve));
  const first = nth();
  const second = nth();
  const unlisten = terminal.onInterrupt(() => {
    const [next, ...rest] = resolvers;
    resolvers = rest;
    next?.();
  });
  return { first, second, unlisten };
}

function upDocument(server: RunningServer, dataDirectory: string, slots: number) {
  const { url, grpcUrl, token, joinToken, accessKeyId, secretAccessKey } = server;
  return { url, grpcUrl, token, joinToken, accessKeyId, secretAccessKey, dataDirectory, slots, pid: process.pid };
}

function welcome(server: RunningServer, slots: number, { terminal: { colors } }: CommandContext): string {
  return `
${colors.green('Fleetune is up.')}  ${colors.bold(server.url)}  ${slots} slot${slots === 1 ? '' : 's'} on this machine

${colors.dim('In a browser:')}
  ${server.url}/#token=${server.token}

${colors.dim('boto3, the AWS CLI and the SDKs:')}
  export AWS_ENDPOINT_URL=${server.url}
  export AWS_ACCESS_KEY_ID=${server.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${server.secretAccessKey}
  export AWS_DEFAULT_REGION=us-east-1

${colors.dim('Next, in another terminal:')}
  fleetune tune FILE.yaml        ${colors.dim('(fleetune tune --help shows a file)')}
  fleetune ls

${colors.dim('More machines:')}
  ${moreMachines(server)}

${colors.dim('Ctrl-C drains and stops; everything is kept.')}`;
}

function moreMachines(server: RunningServer): string {
  const onlyHere = isLoopback(new URL(server.grpcUrl).hostname);
  if (onlyHere)
    return 'fleetune up --host ADDRESS     (an address that they reach; this server listens on loopback only)';
  return `FLEETUNE_JOIN_TOKEN=${server.joinToken} fleetune agent --join ${server.grpcUrl}`;
}

const UP_HELP = `
Examples:
  $ fleetune up
  $ fleetune up --data ./tuning --port 0 --slots 4
  $ fleetune up --json > endpoint.json

Ctrl-C drains: no new work, running programs may save, then everything stops. A second Ctrl-C stops at once.
Everything is kept in the data folder; the next "fleetune up" goes on where this one ended.
${EXIT_CODES_HELP}`;
