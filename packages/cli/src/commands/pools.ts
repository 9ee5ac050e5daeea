import type { ListedWarmPool } from '@fleetune/api/contract';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { renderStatus } from '../render/status.js';
import { renderTable } from '../render/table.js';

interface PoolsOptions extends ConnectionOptions {
  readonly json?: boolean;
}

export function poolsCommand(context: CommandContext): Command {
  const command = new Command('pools')
    .summary('list warm pools: slots kept ready for the next training job')
    .description('Lists the slots that training jobs run in or left ready, the newest job first.');
  return withConnectionOptions(command)
    .addHelpText('after', POOLS_HELP)
    .action(async (options: PoolsOptions) => {
      const { client } = await connect(options, context.terminal);
      const warmPools = await client.listWarmPools();
      if (options.json) return context.json({ warmPools });
      if (warmPools.length === 0) return context.note('No warm pools. A job asks for one by keepAlivePeriodSeconds.');
      const rows = warmPools.map((pool) => poolRow(pool, Date.now(), context));
      context.print(renderTable(COLUMNS, rows, context.terminal));
    });
}

const COLUMNS = [
  { title: 'state' },
  { title: 'training job' },
  { title: 'agent' },
  { title: 'class' },
  { title: 'seconds left', align: 'right' as const },
  { title: 'retained s', align: 'right' as const },
  { title: 'hits', align: 'right' as const },
];

function poolRow(pool: ListedWarmPool, nowMs: number, { terminal }: CommandContext): string[] {
  const { expiresAtMs } = pool;
  return [
    renderStatus(pool.status, terminal),
    pool.trainingJobName,
    pool.agentName,
    pool.instanceType,
    expiresAtMs === undefined ? '–' : String(Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1000))),
    String(Math.round(pool.retainedSeconds)),
    String(pool.reuses),
  ];
}

const POOLS_HELP = `
"hits" counts the training jobs that found the slot ready: each would have started cold otherwise.

Examples:
  $ fleetune pools
  $ fleetune pools --json | jq '.warmPools[] | select(.status == "Available").trainingJobName'
${EXIT_CODES_HELP}`;
