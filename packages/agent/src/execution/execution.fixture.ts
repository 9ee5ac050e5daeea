import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjectStores } from '@fleetune/artifacts';
import type { AttemptPhase, AttemptResult, MetricPoint } from '@fleetune/domain';
import type { Algorithm, Channel, TrainingOrder } from '@fleetune/protocol';
import { onTestFinished } from 'vitest';
import type { AttemptExecution, AttemptExecutor, AttemptObserver, AttemptStart } from './attempt-execution.js';
import { createAttemptExecutor } from './attempt-executor.js';
import type { AttemptExecutorOptions } from './executor-options.js';

/** The Python behind whatever `python3` is on the path (a version manager's shim would be measured too). */
export const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-execution-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function makeExecutor(options: Partial<AttemptExecutorOptions> = {}): AttemptExecutor {
  const executor = createAttemptExecutor({
    stateFolder: options.stateFolder ?? temporaryFolder(),
    stores: openObjectStores(),
    resolveBuiltin: async (name) => Promise.reject(new Error(`there is no algorithm "${name}"`)),
    pythonInterpreter: () => PYTHON,
    zygote: 'off',
    ...options,
  });
  executor.holdLeases?.(performance.now() + 600_000);
  if (options.zygote !== undefined) onTestFinished(async () => executor.close?.());
  return executor;
}

export function makeOrder(algorithm: Algorithm['kind'], overrides: Partial<TrainingOrder> = {}): TrainingOrder {
  return {
    $typeName: 'fleetune.agent.v1.TrainingOrder',
    trainingJobName: 'digits-001',
    trainingJobArn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/digits-001',
    algorithm: { $typeName: 'fleetune.agent.v1.Algorithm', kind: algorithm },
    hyperparameters: {},
    channels: [],
    outputUri: '',
    checkpointUri: '',
    instanceType: 'ml.m5.large',
    instanceCount: 1,
    environment: {},
    metricDefinitions: [],
    networkIsolation: false,
    maxRuntimeSeconds: 60,
    objectiveMetricName: '',
    volumeSizeGib: 1,
    outputCompression: '',
    tenant: '',
    keepAliveSeconds: 0,
    warmPool: '',
    ...overrides,
  };
}

export function command(...argv: string[]): Algorithm['kind'] {
  return { case: 'command', value: { $typeName: 'fleetune.agent.v1.CommandAlgorithm', command: argv } };
}

/** A Python program, given as its text. */
export function python(program: string): Algorithm['kind'] {
  return command(PYTHON, '-c', program);
}

export function channel(name: string, uri: string, compression = 'None', more: Partial<Channel> = {}): Channel {
  return {
    $typeName: 'fleetune.agent.v1.Channel',
    name,
    uri,
    contentType: '',
    compression,
    inputMode: '',
    dataType: '',
    distribution: '',
    attributeNames: [],
    recordWrapper: '',
    ...more,
  };
}

export function metric(name: string, regex: string) {
  return { $typeName: 'fleetune.agent.v1.MetricDefinition', name, regex } as const;
}

/** Keeps what it was told. */
export class RecordingObserver implements AttemptObserver {
  readonly phases: AttemptPhase[] = [];
  readonly messages: string[] = [];
  readonly points: MetricPoint[] = [];
  readonly batchSizes: number[] = [];
  #waiting: (() => void)[] = [];

  phase(phase: AttemptPhase, _atMs: number, message: string): void {
    this.phases.push(phase);
    this.messages.push(message);
  }

  metrics(points: readonly MetricPoint[]): void {
    this.points.push(...points);
    this.batchSizes.push(points.length);
  }

  logGrew(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  nextLog(): Promise<void> {
    return new Promise((wake) => this.#waiting.push(wake));
  }
}

let fence = 0;

/** A started attempt together with what it told. */
export interface StartedAttempt {
  readonly execution: AttemptExecution;
  readonly observer: RecordingObserver;
  /** Resolves when the log contains `text`. */
  printed(text: string): Promise<void>;
}

export function startAttempt(
  executor: AttemptExecutor,
  order: TrainingOrder,
  overrides: Partial<AttemptStart> = {},
): StartedAttempt {
  const observer = new RecordingObserver();
  const execution = executor.start({
    key: { trainingJobId: 'job-1', fence: ++fence },
    order,
    observer,
    resources: { cpuMilli: 1000, memoryMib: 1024, gpuMilli: 0 },
    cpuCount: 1,
    gpuUuids: [],
    slotFreeAtMonotonicMs: performance.now(),
    confirmLease: async () => true,
    ...overrides,
  });
  return {
    execution,
    observer,
    async printed(text) {
      for (;;) {
        const grown = observer.nextLog();
        if ((await logText(execution)).includes(text)) return;
        await grown;
      }
    },
  };
}

/** Runs an order to its end and removes its folder. */
export async function runAttempt(
  executor: AttemptExecutor,
  order: TrainingOrder,
  overrides: Partial<AttemptStart> = {},
): Promise<{ readonly result: AttemptResult; readonly log: string; readonly observer: RecordingObserver }> {
  const { execution, observer } = startAttempt(executor, order, overrides);
  const result = await execution.result;
  const log = await logText(execution);
  await execution.dispose();
  return { result, log, observer };
}

export async function logText(execution: AttemptExecution): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < execution.log.length; ) {
    const piece = await execution.log.read(offset, 1024 * 1024);
    if (piece.data.length === 0) break;
    pieces.push(piece.data);
    offset = piece.offset + piece.data.length;
  }
  return Buffer.concat(pieces).toString('utf8');
}
