import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { dataFolder } from '../data-folder.js';
import type { Finding } from '../doctor/finding.js';
import { checkFleet } from '../doctor/fleet.js';
import { checkDataFolder, checkDisk, checkMemory, checkPorts } from '../doctor/machine.js';
import { checkGpus, checkNode, checkPython, checkSandbox } from '../doctor/programs.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import type { Terminal } from '../terminal.js';

const DEFAULT_PORTS = [4600, 4601];

export function doctorCommand(context: CommandContext): Command {
  const command = new Command('doctor')
    .summary('check this machine and the way to the server')
    .description('Checks what Fleetune needs on this machine, and whether server and agents answer.');
  return withConnectionOptions(command)
    .addHelpText('after', DOCTOR_HELP)
    .action((options: ConnectionOptions & { json?: boolean }) => doctor(options, context));
}

async function doctor(options: ConnectionOptions & { json?: boolean }, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const folder = dataFolder(options.data, terminal);
  const fleet = checkFleet(() => connect(options, terminal));
  const findings = (
    await Promise.all([
      checkNode(),
      checkPython(terminal.environment.FLEETUNE_PYTHON),
      checkSandbox(),
      checkGpus(),
      checkMemory(),
      checkDataFolder(folder),
      checkDisk(folder),
      fleet.then(([server]) => checkPorts(DEFAULT_PORTS, server?.level === 'ok')),
      fleet,
    ])
  ).flat();
  if (options.json) context.json({ findings });
  else for (const finding of findings) context.print(renderFinding(finding, terminal));
  if (findings.some((finding) => finding.level === 'fail')) context.exit(EXIT.failed);
}

function renderFinding({ check, level, found, advice }: Finding, { colors }: Terminal): string {
  const mark = { ok: colors.green('ok  '), warn: colors.yellow('warn'), fail: colors.red('fail') }[level];
  const line = `${mark}  ${check.padEnd(12)} ${found}`;
  return advice === undefined ? line : `${line}\n${' '.repeat(19)}${colors.dim(advice)}`;
}

const DOCTOR_HELP = `
Examples:
  $ fleetune doctor
  $ fleetune doctor --json | jq '.findings[] | select(.level != "ok")'

It ends with 1 when a check fails; warnings do not count.
${EXIT_CODES_HELP}`;
