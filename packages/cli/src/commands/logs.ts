import type { Client } from '@fleetune/api/client';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import { findJob } from '../find-job.js';

interface LogsOptions extends ConnectionOptions {
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Long enough to be cheap, short enough for proxies. */
const FOLLOW_WAIT_SECONDS = 20;

export function logsCommand(context: CommandContext): Command {
  const command = new Command('logs')
    .summary('print what a training job printed')
    .description('Prints the log of a training job, byte for byte. Gaps are named on stderr.')
    .argument('<name>', 'name of a training job')
    .option('-f, --follow', 'keep printing until the training job has ended');
  return withConnectionOptions(command)
    .addHelpText('after', LOGS_HELP)
    .action((name: string, options: LogsOptions) => logs(name, options, context));
}

async function logs(name: string, options: LogsOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  const found = await findJob(client, name);
  if (found.kind === 'tuning job') {
    const example = found.job.bestTrainingJob?.name ?? 'TRAINING-JOB';
    const message = `${name} is a tuning job. Its training jobs: fleetune show ${name}; a log: fleetune logs ${example}`;
    throw new CommandError(EXIT.invalid, message);
  }
  const interrupted = new AbortController();
  const unlisten = context.terminal.onInterrupt(() => interrupted.abort());
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of readLog(client, name, options.follow === true, interrupted.signal)) {
      if (piece.kind === 'gap') context.note(`(${piece.bytes} bytes of the log are lost here)`);
      else if (options.json) pieces.push(piece.data);
      else context.terminal.out.write(piece.data);
    }
  } finally {
    unlisten();
  }
  if (options.json) context.json({ name, log: Buffer.concat(pieces).toString('utf8') });
  if (interrupted.signal.aborted) context.exit(EXIT.interrupted);
}

type LogPart = { readonly kind: 'data'; readonly data: Uint8Array } | { readonly kind: 'gap'; readonly bytes: number };

async function* readLog(client: Client, name: string, follow: boolean, signal: AbortSignal): AsyncGenerator<LogPart> {
  let offset = 0;
  const waitSeconds = follow ? FOLLOW_WAIT_SECONDS : 0;
  while (!signal.aborted) {
    const slice = await client.trainingJobLog(name, { offset, waitSeconds }, signal).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (slice === undefined) return;
    for (const chunk of slice.chunks) {
      if (chunk.offset > offset) yield { kind: 'gap', bytes: chunk.offset - offset };
      yield { kind: 'data', data: chunk.data };
      offset = chunk.offset + chunk.data.length;
    }
    offset = Math.max(offset, slice.nextOffset);
    if (slice.complete || (!follow && slice.chunks.length === 0)) return;
  }
}

const LOGS_HELP = `
Examples:
  $ fleetune logs digits-003-1f09ac
  $ fleetune logs digits-003-1f09ac -f | grep loss
${EXIT_CODES_HELP}`;
