import type { Client } from '@fleetune/api/client';
import type { TuningJob } from '@fleetune/api/contract';
import { Argument, Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { EXIT_CODES_HELP } from '../exit-code.js';
import { ObjectiveCourses } from '../objective-courses.js';
import { wholeNumber } from '../option-values.js';
import { formatAge, formatValue } from '../render/numbers.js';
import { renderStatus } from '../render/status.js';
import { type Column, renderTable } from '../render/table.js';
import type { Terminal } from '../terminal.js';
import { type Look, watchScreen } from '../watch-screen.js';

interface ListOptions extends ConnectionOptions {
  readonly limit: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

type What = 'tuning' | 'training' | 'agents';

export function lsCommand(context: CommandContext): Command {
  const command = new Command('ls')
    .summary('list tuning jobs, training jobs or agents')
    .description('Lists what the server knows, newest first.')
    .addArgument(new Argument('[what]', 'what to list').choices(['tuning', 'training', 'agents']).default('tuning'))
    .option('--limit <n>', 'how many at most, 1 to 100', wholeNumber(1, 100), 20)
    .option('--watch', 'keep the list up to date until Ctrl-C; tuning jobs with the course of their best objective');
  return withConnectionOptions(command)
    .addHelpText('after', LS_HELP)
    .action(async (what: What, options: ListOptions) => {
      const { client } = await connect(options, context.terminal);
      const courses = options.watch ? new ObjectiveCourses(client) : undefined;
      const look = async (): Promise<Look> => ({
        ...(await LISTS[what](client, options, context.terminal, courses)),
        ended: false,
      });
      if (options.watch) return watchScreen(context, look, { json: options.json });
      const { document, text, empty } = await LISTS[what](client, options, context.terminal);
      if (options.json) return context.json(document);
      if (empty) context.note(text);
      else context.print(text);
    });
}

interface Listing {
  readonly document: unknown;
  readonly text: string;
  /** There is nothing; the text says what to do. */
  readonly empty?: boolean;
}

type List = (client: Client, options: ListOptions, terminal: Terminal, courses?: ObjectiveCourses) => Promise<Listing>;

async function listTuningJobs(...[client, options, terminal, courses]: Parameters<List>): Promise<Listing> {
  const document = await client.listTuningJobs({ maxResults: options.limit });
  const jobs = document.tuningJobs;
  if (jobs.length === 0) return nothing(document, 'No tuning jobs yet. Start one: fleetune tune FILE.yaml');
  const drawn = await Promise.all(jobs.map((job) => courses?.sparkline(job)));
  const columns: Column[] = [
    { title: 'tuning job' },
    { title: 'status' },
    { title: 'done', align: 'right' },
    { title: 'best', align: 'right' },
    { title: 'objective' },
    ...(courses === undefined ? [] : [{ title: 'best so far' }]),
    { title: 'created' },
  ];
  const rows = jobs.map((job, at) => [
    job.name,
    renderStatus(job.status, terminal),
    `${endedCount(job)}/${job.limits.maxTrainingJobs ?? '–'}`,
    formatValue(job.bestTrainingJob?.tuning?.objectiveValue),
    job.objective.metric,
    ...(courses === undefined ? [] : [drawn[at] ?? '']),
    formatAge(job.creationTimeMs, Date.now()),
  ]);
  return { document, text: renderTable(columns, rows, terminal) };
}

function endedCount({ trainingJobCounts: counts }: TuningJob): number {
  return counts.completed + counts.nonRetryableError + counts.retryableError + counts.stopped;
}

async function listTrainingJobs(...[client, options, terminal]: Parameters<List>): Promise<Listing> {
  const document = await client.listTrainingJobs({ maxResults: options.limit });
  if (document.trainingJobs.length === 0) return nothing(document, 'No training jobs yet.');
  const rows = document.trainingJobs.map((job) => [
    job.name,
    renderStatus(job.status, terminal),
    job.secondaryStatus,
    job.instanceType ?? '–',
    formatAge(job.creationTimeMs, Date.now()),
  ]);
  const titles = ['training job', 'status', 'phase', 'instance', 'created'];
  return { document, text: renderTable(titled(titles), rows, terminal) };
}

async function listAgents(...[client, , terminal]: Parameters<List>): Promise<Listing> {
  const agents = await client.listAgents();
  const document = { agents };
  if (agents.length === 0) {
    return nothing(document, 'No agents. Start one: fleetune agent --join URL --token TOKEN');
  }
  const rows = agents.map((agent) => [
    agent.name,
    renderStatus(agent.state, terminal),
    agent.hostName,
    String(agent.cpuMilli / 1000),
    `${(agent.memoryMib / 1024).toFixed(1)} GiB`,
    agent.gpuNames.join(', ') || '–',
    String(agent.runningCount),
    agent.sandbox,
    formatAge(agent.lastSeenMs, Date.now()),
  ]);
  const titles = ['agent', 'state', 'host', 'cores', 'memory', 'GPUs', 'running', 'sandbox', 'seen'];
  return { document, text: renderTable(titled(titles), rows, terminal) };
}

const LISTS: Readonly<Record<What, List>> = {
  tuning: listTuningJobs,
  training: listTrainingJobs,
  agents: listAgents,
};

function nothing(document: unknown, text: string): Listing {
  return { document, text, empty: true };
}

function titled(titles: readonly string[]): Column[] {
  return titles.map((title) => ({ title }));
}

const LS_HELP = `
Examples:
  $ fleetune ls
  $ fleetune ls --watch
  $ fleetune ls training --limit 5
  $ fleetune ls agents --json
${EXIT_CODES_HELP}`;
