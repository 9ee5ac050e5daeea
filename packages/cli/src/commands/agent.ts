import { cpus, hostname } from 'node:os';
import type { NoticeSource } from '@fleetune/agent';
import { Command, Option } from 'commander';
import { readClassFile } from '../class-file.js';
import type { CommandContext } from '../command-context.js';
import { dataFolder } from '../data-folder.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import { wholeNumber } from '../option-values.js';

interface AgentOptions {
  readonly join: string;
  readonly token?: string;
  readonly slots?: number;
  readonly classes?: string;
  readonly name: string;
  readonly data?: string;
  readonly allowPlaintext?: boolean;
  readonly images?: string;
  readonly containerEngine?: string;
  readonly spot?: boolean;
  readonly spotNotices?: NoticeSource;
  readonly spotSeconds: number;
  readonly logLevel: string;
  readonly json?: boolean;
}

export function agentCommand(context: CommandContext): Command {
  return new Command('agent')
    .summary('offer this machine to a server')
    .description('Joins a server and runs training jobs on this machine until it is stopped.')
    .requiredOption('--join <url>', "address of the server's agent gateway (grpcUrl in endpoint.json)")
    .option('--token <token>', 'join token, needed the first time (or FLEETUNE_JOIN_TOKEN)')
    .option('--slots <n>', 'training jobs at once, of any instance class (default: one per core)', wholeNumber(1, 4096))
    .option('--classes <file>', 'YAML file with the instance classes to offer, instead of --slots')
    .option('--name <name>', 'what to call this agent', hostname())
    .option('--data <dir>', 'data folder (or FLEETUNE_DATA; default ~/.fleetune)')
    .option('--images <file>', 'YAML file: what stands in for container images (or FLEETUNE_IMAGES)')
    .option(
      '--container-engine <address>',
      'Docker or Podman on this machine, for images that nothing stands in for (or FLEETUNE_CONTAINER_ENGINE, DOCKER_HOST)',
    )
    .option('--spot', 'this machine may be taken away at short notice: run only jobs with managed spot training')
    .addOption(
      new Option(
        '--spot-notices <cloud>',
        'ask this cloud whether the machine is about to be taken away; implies --spot',
      )
        .choices(NOTICE_SOURCES)
        .implies({ spot: true }),
    )
    .option('--spot-seconds <n>', 'how long a spot machine lives after SIGTERM', wholeNumber(1, 3600), 30)
    .option('--allow-plaintext', 'speak to another machine without TLS')
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .option('--json', 'one JSON document on stdout once the agent is ready')
    .addHelpText('after', AGENT_HELP)
    .action((options: AgentOptions) => agent(options, context));
}

async function agent(options: AgentOptions, context: CommandContext): Promise<void> {
  const { environment } = context.terminal;
  const served =
    options.classes === undefined
      ? { kind: 'any' as const, slots: options.slots ?? cpus().length }
      : { kind: 'classes' as const, classes: await readClassFile(options.classes) };
  const offer = options.spot ? { ...served, spot: true } : served;
  const joinToken = options.token ?? environment.FLEETUNE_JOIN_TOKEN;
  const { startAgentProcess } = await import('../agent-process.js');
  const running = await startAgentProcess({
    serverUrl: options.join,
    ...(joinToken === undefined ? {} : { joinToken }),
    name: options.name,
    dataDirectory: dataFolder(options.data, context.terminal),
    offer,
    logLevel: options.logLevel,
    allowPlaintext: options.allowPlaintext === true,
    ...(options.spotNotices === undefined ? {} : { spotNotices: options.spotNotices }),
    spotSeconds: options.spotSeconds,
    containerEngine: options.containerEngine,
    imagesFile: options.images ?? (environment.FLEETUNE_IMAGES || undefined),
    environment,
  });
  let stopsAsked = 0;
  const stop = () => {
    stopsAsked += 1;
    if (stopsAsked === 1 && !process.connected)
      context.note('Draining: running programs may save. Ctrl-C again ends them at once.');
    void (stopsAsked === 1 ? running.stop() : running.kill());
  };
  const unlisten = context.terminal.onInterrupt(stop);
  const handOver = () => {
    context.note('Handing over: programs go on, for the next agent of this name and data folder.');
    void running.handOver();
  };
  process.on('SIGHUP', handOver);
  // `fleetune up` holds the other end; when it dies, nobody is left to stop this agent.
  process.once('disconnect', stop);
  await Promise.race([running.whenReady(), running.closed]);
  if (process.send !== undefined) process.send({ kind: 'ready', agentId: running.id });
  else if (options.json) context.json({ agentId: running.id, name: options.name, state: running.state });
  else context.note(`Agent ${options.name} is ${running.state.toLowerCase()}.`);
  try {
    await running.closed;
  } finally {
    unlisten();
    process.off('disconnect', stop);
    process.off('SIGHUP', handOver);
    if (process.connected) process.disconnect();
  }
  context.exit(EXIT.ok);
}

/** Here and not from the agent's package, which takes long to load. */
const NOTICE_SOURCES: readonly NoticeSource[] = ['ec2', 'gcp', 'azure'];

const AGENT_HELP = `
Examples:
  $ fleetune agent --join http://127.0.0.1:4601 --token TOKEN --slots 2
  $ fleetune agent --join http://127.0.0.1:4601 --container-engine unix:///run/podman/podman.sock
  $ FLEETUNE_JOIN_TOKEN=TOKEN fleetune agent --join https://tuner.example:4601 --classes fleet.yaml

A classes file:
  classes:
    - { name: ml.m5.large, cpus: 2, memoryMib: 8192 }
    - { name: gpu-small, cpus: 4, memoryMib: 16384, gpus: 1 }

A file for --images names Python environments that stand in for container images:
  images:
    - { match: 'registry.example/team/*:2.*', requirements: team.lock }
    - { match: my-image, requirements: requirements.txt, python: python3.12 }
    - { match: 'registry.example/gpu/*', container: true }

SIGTERM or Ctrl-C drains: no new work, then running programs may save and end. A second one ends them at once.
SIGHUP ends the agent and leaves programs running, to be taken over by the next one: that is how to upgrade it.
On a spot machine SIGTERM leaves them --spot-seconds; their training jobs go on elsewhere from their checkpoints.
${EXIT_CODES_HELP}`;
