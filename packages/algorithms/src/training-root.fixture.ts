import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtinCommand } from './builtin-command.js';
import { builtinMetricDefinitions } from './catalogue.js';

export interface TrainingInput {
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** Text of each file, by `channel/file`. */
  readonly files: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with every piece of output while the program runs. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export interface TrainingOutput {
  readonly status: number | null;
  readonly log: string;
  /** Undefined when the program left none. */
  readonly failure: string | undefined;
  readonly modelFile: string;
  /** The last value the log holds of a metric, as the scrape takes it. */
  readonly metric: (name: string) => number | undefined;
}

/** Runs a built-in's trainer on a root like `/opt/ml` that `SM_*` variables point to. */
export async function runTrainer(python: string, algorithm: string, input: TrainingInput): Promise<TrainingOutput> {
  const root = await mkdtemp(join(tmpdir(), 'fleetune-training-'));
  const config = join(root, 'input', 'config');
  const channels = new Set(Object.keys(input.files).map((file) => file.split('/')[0] ?? ''));
  const types = Object.fromEntries([...channels].map((channel) => [channel, { ContentType: input.contentType }]));
  await write(join(config, 'hyperparameters.json'), JSON.stringify(input.hyperparameters));
  await write(join(config, 'inputdataconfig.json'), JSON.stringify(types));
  for (const [file, text] of Object.entries(input.files)) await write(join(root, 'input', 'data', file), text);

  const { command, environment } = builtinCommand(algorithm, undefined, python);
  const places = {
    SM_INPUT_DIR: join(root, 'input'),
    SM_INPUT_CONFIG_DIR: config,
    SM_MODEL_DIR: join(root, 'model'),
    SM_OUTPUT_DIR: join(root, 'output'),
    SM_NUM_CPUS: '1',
  };
  const [program = '', ...programArguments] = command;
  const child = spawn(program, programArguments, {
    env: { PATH: process.env.PATH, ...environment, ...places, ...input.environment },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      input.onOutput?.(text, (signal) => child.kill(signal));
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  const failure = await readFile(join(root, 'output', 'failure'), 'utf8').catch(() => undefined);
  const modelFile = join(root, 'model', 'xgboost-model');
  return { status, log, failure, modelFile, metric: (name) => lastValue(algorithm, name, log) };
}

function lastValue(algorithm: string, name: string, log: string): number | undefined {
  const definition = builtinMetricDefinitions(algorithm).find((known) => known.name === name);
  if (definition === undefined) throw new Error(`There is no metric ${name}.`);
  const values = log.split('\n').flatMap((line) => new RegExp(definition.regex).exec(line)?.[1] ?? []);
  return values.length === 0 ? undefined : Number(values.at(-1));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
