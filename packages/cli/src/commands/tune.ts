import { readFile } from 'node:fs/promises';
import { ApiError, type Client } from '@fleetune/api/client';
import { parseFaultPath } from '@fleetune/api/contract';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { type ConnectionOptions, connect, withConnectionOptions } from '../connection.js';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../exit-code.js';
import { followTuningJob } from '../follow-tuning-job.js';
import { wholeNumber } from '../option-values.js';
import { renderTuningSummary } from '../render/tuning-summary.js';
import { uploadSource } from '../source-upload.js';
import { parseTuningFile, type TuningFile } from '../tuning-file/tuning-file.js';

interface TuneOptions extends ConnectionOptions {
  readonly jobs?: number;
  readonly parallel?: number;
  readonly seed?: number;
  readonly name?: string;
  readonly wait: boolean;
  readonly json?: boolean;
}

export function tuneCommand(context: CommandContext): Command {
  const command = new Command('tune')
    .summary('run a tuning job from a YAML file')
    .description('Runs the tuning job that a YAML file describes, and watches it until it has ended.')
    .argument('<file>', 'YAML file; relative paths in it count from its folder')
    .option('--jobs <n>', 'training jobs to run, instead of limits.maxTrainingJobs', wholeNumber(1))
    .option('--parallel <n>', 'how many at once, instead of limits.maxParallelTrainingJobs', wholeNumber(1))
    .option('--seed <n>', 'seed of every random choice', wholeNumber(0))
    .option('--name <name>', 'name of the tuning job; used once and never again')
    .option('--wait', 'watch until the end', true)
    .option('--no-wait', 'start it and return');
  return withConnectionOptions(command)
    .addHelpText('after', TUNE_HELP)
    .action((file: string, options: TuneOptions) => tune(file, options, context));
}

async function tune(path: string, options: TuneOptions, context: CommandContext): Promise<void> {
  const file = parseTuningFile(await read(path), path, {
    name: options.name,
    seed: options.seed,
    maxTrainingJobs: options.jobs,
    maxParallelTrainingJobs: options.parallel,
  });
  const connection = await connect(options, context.terminal);
  const body = await uploadSource(file.body, connection);
  const created = await create(connection.client, file, body);
  if (!options.wait) {
    if (options.json) context.json(created);
    else context.print(created.name);
    context.note(`Watch it: fleetune show ${created.name}    Stop it: fleetune stop ${created.name}`);
    return;
  }
  const ending = await followTuningJob(connection.client, created.name, context);
  if (options.json) context.json(ending.job);
  else if (ending.kind === 'ended') context.print(renderTuningSummary(ending.job, context.terminal));
  if (ending.kind === 'detached') context.exit(EXIT.interrupted);
  else if (ending.job.status !== 'Completed') context.exit(EXIT.failed);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.invalid, `${path} cannot be read: ${reason}`);
  }
}

/** Faults that the server finds are shown in the file as well. */
async function create(client: Client, file: TuningFile, body: TuningFile['body']) {
  try {
    return await client.createTuningJob(body);
  } catch (error) {
    const inFile = error instanceof ApiError && (error.status === 400 || error.status === 422);
    if (!inFile || error.faults.length === 0) throw error;
    throw file.error(error.faults.map((fault) => ({ path: parseFaultPath(fault.path), message: fault.message })));
  }
}

const TUNE_HELP = `
Examples:
  $ fleetune tune digits.yaml
  $ fleetune tune digits.yaml --jobs 50 --parallel 4 --seed 1
  $ fleetune tune digits.yaml --no-wait --json | jq -r .name

A file (ranges are continuous unless "type: integer"; scaling is Auto unless said otherwise):
  objective: { metric: validation:accuracy, type: Maximize }
  strategy: Bayesian
  limits: { maxTrainingJobs: 20, maxParallelTrainingJobs: 2 }
  algorithm: { script: train.py, source: ./src }   # or { builtin: xgboost }, { command: [..] }, { image: .. }
  hyperparameters: { epochs: 10 }
  ranges:
    learning_rate: { min: 0.001, max: 0.3, scaling: Logarithmic }
    depth: { min: 2, max: 10, type: integer }
    booster: { values: [gbtree, dart] }
  metrics: { "validation:accuracy": "accuracy=([0-9.]+)" }
  channels: { train: ./data }
  instance: { type: ml.m5.large }
  stopping: { maxRuntimeSeconds: 600 }

Ctrl-C asks whether to stop the tuning job; without an answer it goes on by itself.
${EXIT_CODES_HELP}`;
