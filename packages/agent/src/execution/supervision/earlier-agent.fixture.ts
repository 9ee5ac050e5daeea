import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AttemptKey } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';
import { onTestFinished } from 'vitest';
import { PYTHON } from '../execution.fixture.js';

const BUILT = fileURLToPath(new URL('../../../dist/execution/index.js', import.meta.url));

/** The built executor, which a process of its own can load. */
export const isBuilt = existsSync(BUILT);

/** Starts one attempt, tells each metric point as a line, and does what it is told: stop, or tell how far it is. */
const AGENT = `
import { createInterface } from 'node:readline';
import { createAttemptExecutor } from ${JSON.stringify(pathToFileURL(BUILT).href)};
const { stateFolder, python, sandbox, key, order, leaseMs } = JSON.parse(process.argv[2]);
const tell = (what) => console.log(JSON.stringify(what));
const executor = createAttemptExecutor({
  stateFolder, sandbox, zygote: 'off', stores: {}, resolveBuiltin: async () => ({}), pythonInterpreter: () => python,
});
executor.holdLeases(performance.now() + leaseMs);
const execution = executor.start({
  key, order, cpuCount: 1, gpuUuids: [], resources: { cpuMilli: 1000, memoryMib: 64, gpuMilli: 0 },
  slotFreeAtMonotonicMs: performance.now(),
  observer: { phase: (phase) => tell({ phase }), metrics: (points) => tell({ points }), logGrew() {} },
  confirmLease: async () => true,
});
execution.result.then((result) => tell({ result }));
createInterface(process.stdin).on('line', (line) => {
  if (line === 'stop') execution.stop('AgentStopping');
  else execution.toldUntil(performance.now() + 1);
  tell({ done: line });
});`;

export interface EarlierAgentOptions {
  readonly folder: string;
  readonly stateFolder: string;
  readonly sandbox: string;
  readonly key: AttemptKey;
  readonly order: TrainingOrder;
  readonly leaseMs?: number;
}

/** An agent's executor in a process of its own, with one attempt; to be killed. */
export class EarlierAgent {
  readonly process: ChildProcess;
  readonly #lines: Interface;
  readonly #told: unknown[] = [];
  #wake: () => void = () => undefined;

  constructor({ folder, stateFolder, sandbox, key, order, leaseMs = 60_000 }: EarlierAgentOptions) {
    const file = join(folder, 'agent.mjs');
    writeFileSync(file, AGENT);
    const settings = JSON.stringify({ stateFolder, python: PYTHON, sandbox, key, order, leaseMs });
    this.process = spawn(process.execPath, [file, settings], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void this.process.kill('SIGKILL'));
    this.#lines = createInterface(this.process.stdout as NodeJS.ReadableStream);
    this.#lines.on('line', (line) => {
      this.#told.push(JSON.parse(line));
      this.#wake();
    });
  }

  /** The first thing it told that has this field. */
  async told<T>(field: string): Promise<T> {
    for (;;) {
      const found = this.#told.find((what) => Object.hasOwn(what as object, field));
      if (found !== undefined) return (found as Record<string, T>)[field] as T;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  async order(what: 'stop' | 'told'): Promise<void> {
    this.process.stdin?.write(`${what}\n`);
    await this.told('done');
  }

  async kill(): Promise<void> {
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGKILL');
    await gone;
  }
}
