import { Argument, Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { wholeNumber } from '../option-values.js';
import { formatAge, formatValue } from '../render/numbers.js';
import { renderStatus } from '../render/status.js';
import { renderTable } from '../render/table.js';

interface ListOptions extends ConnectionOptions {
  readonly limit: number;
  readonly json?: boolean;
}

export function lsCommand(context: CommandContext): Command {
  const command = new Command('ls')
    .summary('list tuning jobs, training jobs or agents')
    .description('Lists what the server knows, newest first.')
    .addArgument(new Argument('[what]', 'what to list').choices(['tuning', 'training', 'agents']).default('tuning'))
    .option('--limit <n>', 'how many at most, 1 to 100', wholeNumber(1, 100), 20);
  return withConnectionOptions(command)
    .addHelpText('after', LS_HELP)
    .action(async (what: 'tuning' | 'training' | 'agents', options: ListOptions) => {
      const list = { tuning: listTuningJobs, training: listTrainingJobs, agents: listAgents }[what];
      await list(options, context);
    });
}

async function listTuningJobs(options: ListOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  const page = await client.listTuningJobs({ maxResults: options.limit });
  if (options.json) return context.json(page);
  if (page.tuningJobs.length === 0) return context.note('No tuning jobs yet. Start one: fleetune tune FILE.yaml');
  const rows = page.tuningJobs.map((job) => {
    const counts = job.trainingJobCounts;
    const ended = counts.completed + counts.nonRetryableError + counts.retryableError + counts.stopped;
    return [
      job.name,
      renderStatus(job.status, context.terminal),
      `${ended}/${job.limits.maxTrainingJobs ?? '–'}`,
      formatValue(job.bestTrainingJob?.tuning?.objectiveValue),
      job.objective.metric,
      formatAge(job.creationTimeMs, Date.now()),
    ];
  });
  const columns = [
    { title: 'tuning job' },
    { title: 'status' },
    { title: 'done', align: 'right' as const },
    { title: 'best', align: 'right' as const },
    { title: 'objective' },
    { title: 'created' },
  ];
  context.print(renderTable(columns, rows, context.terminal));
}

async function listTrainingJobs(options: ListOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  const page = await client.listTrainingJobs({ maxResults: options.limit });
  if (options.json) return context.json(page);
  if (page.trainingJobs.length === 0) return context.note('No training jobs yet.');
  const rows = page.trainingJobs.map((job) => [
    job.name,
    renderStatus(job.status, context.terminal),
    job.secondaryStatus,
    job.instanceType ?? '–',
    formatAge(job.creationTimeMs, Date.now()),
  ]);
  const titles = ['training job', 'status', 'phase', 'instance', 'created'];
  context.print(
    renderTable(
      titles.map((title) => ({ title })),
      rows,
      context.terminal,
    ),
  );
}

async function listAgents(options: ListOptions, context: CommandContext): Promise<void> {
  const { client } = await connect(options, context.terminal);
  const agents = await client.listAgents();
  if (options.json) return context.json({ agents });
  if (agents.length === 0) return context.note('No agents. Start one: fleetune agent --join URL --token TOKEN');
  const rows = agents.map((agent) => [
    agent.name,
    renderStatus(agent.state, context.terminal),
    agent.hostName,
    String(agent.cpuMilli / 1000),
    `${(agent.memoryMib / 1024).toFixed(1)} GiB`,
    agent.gpuNames.join(', ') || '–',
    String(agent.runningCount),
    agent.sandbox,
    formatAge(agent.lastSeenMs, Date.now()),
  ]);
  const titles = ['agent', 'state', 'host', 'cores', 'memory', 'GPUs', 'running', 'sandbox', 'seen'];
  context.print(
    renderTable(
      titles.map((title) => ({ title })),
      rows,
      context.terminal,
    ),
  );
}

const LS_HELP = `
Examples:
  $ fleetune ls
  $ fleetune ls training --limit 5
  $ fleetune ls agents --json
${EXIT_CODES_HELP}`;
