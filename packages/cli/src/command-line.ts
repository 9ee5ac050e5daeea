import tab from '@bomb.sh/tab/commander';
import { ApiError, ServerUnreachableError } from '@fleetune/api/client';
import { Command, CommanderError } from 'commander';
import { commandContext } from './command-context.js';
import { agentCommand } from './commands/agent.js';
import { bestCommand } from './commands/best.js';
import { cordonCommand, uncordonCommand } from './commands/cordon.js';
import { doctorCommand } from './commands/doctor.js';
import { exportCommand } from './commands/export.js';
import { interruptCommand } from './commands/interrupt.js';
import { keysCommand } from './commands/keys.js';
import { logsCommand } from './commands/logs.js';
import { lsCommand } from './commands/ls.js';
import { plotCommand } from './commands/plot.js';
import { poolsCommand } from './commands/pools.js';
import { serverCommand } from './commands/server.js';
import { showCommand } from './commands/show.js';
import { stopCommand } from './commands/stop.js';
import { tuneCommand } from './commands/tune.js';
import { upCommand } from './commands/up.js';
import { CommandError, EXIT, EXIT_CODES_HELP } from './exit-code.js';
import type { Terminal } from './terminal.js';
import { TuningFileError } from './tuning-file/tuning-file-error.js';
import { VERSION } from './version.js';

/** Runs `fleetune ARGUMENTS` to its end and returns the exit code. Never throws. */
export async function runCommandLine(commandArguments: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const context = commandContext(terminal, (code) => {
    exitCode = code;
  });
  const commands = [
    ...[upCommand, tuneCommand, lsCommand, showCommand, logsCommand, bestCommand, plotCommand, exportCommand],
    ...[
      poolsCommand,
      stopCommand,
      serverCommand,
      agentCommand,
      cordonCommand,
      uncordonCommand,
      interruptCommand,
      keysCommand,
      doctorCommand,
    ],
  ];
  const program = new Command('fleetune')
    .description('Hyperparameter tuning on machines you own.')
    .version(VERSION)
    .addHelpText('after', `${HELP}\n${EXIT_CODES_HELP}`)
    .helpCommand(false);
  for (const create of commands) program.addCommand(create(context));
  tab(program, { completionCommandName: 'completion' });
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])]) {
    command.exitOverride().showHelpAfterError('(run it with --help to see what it takes)');
    command.configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    });
  }
  try {
    await program.parseAsync([...commandArguments], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalid;
    const failure = describeFailure(error);
    if (commandArguments.includes('--json')) context.json({ error: failure.document });
    context.note(`${terminal.colors.red('fleetune:')} ${failure.text}`);
    return failure.exitCode;
  }
}

interface Failure {
  readonly exitCode: number;
  readonly text: string;
  readonly document: { readonly code: string; readonly message: string; readonly faults?: unknown };
}

function describeFailure(error: unknown): Failure {
  if (error instanceof TuningFileError) {
    const count = error.faults.length;
    const text = `${error.file} cannot be used (${count} fault${count === 1 ? '' : 's'}).\n\n${error.message}`;
    const faults = error.faults.map(({ line, column, path, message }) => ({ line, column, path, message }));
    return { exitCode: EXIT.invalid, text, document: { code: 'InvalidFile', message: error.message, faults } };
  }
  if (error instanceof ApiError) {
    const invalid = [400, 401, 413, 415, 422].includes(error.status);
    const { code, message, faults } = error;
    return { exitCode: invalid ? EXIT.invalid : EXIT.failed, text: message, document: { code, message, faults } };
  }
  if (error instanceof ServerUnreachableError) {
    const text = `${error.message} Is it running? Start one with "fleetune up"; "fleetune doctor" looks closer.`;
    return { exitCode: EXIT.unreachable, text, document: { code: 'ServerUnreachable', message: error.message } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof CommandError ? error.exitCode : EXIT.failed;
  return { exitCode, text: message, document: { code: error instanceof Error ? error.name : 'Error', message } };
}

const HELP = `
First steps:
  $ fleetune up                     start everything on this machine
  $ fleetune tune digits.yaml       run a tuning job, watch it, see the best
  $ fleetune doctor                 find out what is missing

A server is found by --url and --token, by FLEETUNE_URL and FLEETUNE_TOKEN, or by endpoint.json in the data folder
(--data, FLEETUNE_DATA, or ~/.fleetune).`;
