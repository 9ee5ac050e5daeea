import { mkdirSync } from 'node:fs';
import type { AttemptKey, AttemptOutcome, AttemptPhase, AttemptResult, StopReason } from '@fleetune/domain';
import type { AttemptExecution, AttemptStart, LogReader } from '../attempt-execution.js';
import { AlgorithmFault, ClientFault, messageOf } from '../attempt-faults.js';
import {
  type AttemptFolder,
  attemptFolder,
  makeTrainingFolders,
  removeAttemptFolder,
  trainingPaths,
} from '../contract/attempt-folder.js';
import { trainingConfig, writeConfigFiles } from '../contract/config-files.js';
import { readFailureFile } from '../contract/failure-file.js';
import { trainingEnvironment } from '../contract/training-environment.js';
import { watchDisk } from '../disk-quota.js';
import type { ExecutorSettings } from '../executor-options.js';
import { placeChannels } from '../inputs/channels.js';
import type { MetricCompiler } from '../log/compiled-metrics.js';
import { lastLines } from '../log/last-lines.js';
import { LogSpool } from '../log/log-spool.js';
import { MetricBatcher } from '../log/metric-batcher.js';
import { MetricScraper } from '../log/metric-scraper.js';
import { failureOutcome, hasSucceeded, type ProgramEvidence } from '../outcome.js';
import { uploadArtifacts } from '../outputs/upload.js';
import { type AgentIdentity, attemptTag } from '../process-tree/attempt-tag.js';
import { type ChannelMount, type Launch, OPT_ML, type Sandbox } from '../sandbox/sandbox.js';
import { callAfter } from './call-after.js';
import { type ResolvedProgram, resolveProgram } from './command.js';
import type { OutputPipes } from './output-pipes.js';
import { type ProgramEnd, type RunningProgram, startProgram } from './process.js';

/** What all attempts of an executor share. */
export interface AttemptContext {
  readonly settings: ExecutorSettings;
  readonly sandbox: Sandbox;
  readonly agent: AgentIdentity;
  readonly attemptsFolder: string;
  readonly pipes: OutputPipes;
  readonly metrics: MetricCompiler;
}

type TrainingFacts = Pick<AttemptResult, 'finalMetrics' | 'trainingStartMs' | 'trainingEndMs' | 'startupMs'>;

/** An attempt whose program is a process of its own, in the sandbox. */
export class ProcessAttempt implements AttemptExecution {
  readonly key: AttemptKey;
  readonly log: LogReader;
  readonly result: Promise<AttemptResult>;
  readonly #start: AttemptStart;
  readonly #context: AttemptContext;
  readonly #folder: AttemptFolder;
  readonly #spool: LogSpool;
  readonly #preparing = new AbortController();
  readonly #killing = new AbortController();
  #program: RunningProgram | undefined;
  #stopReason: StopReason | undefined;
  #diskExceeded = false;
  #facts: TrainingFacts = { finalMetrics: [] };

  constructor(start: AttemptStart, context: AttemptContext) {
    this.key = start.key;
    this.#start = start;
    this.#context = context;
    this.#folder = attemptFolder(context.attemptsFolder, start.key);
    this.#spool = new LogSpool(this.#folder.log, context.settings.logSpoolBytes, () => start.observer.logGrew());
    this.log = this.#spool;
    this.result = this.#run();
  }

  stop(reason: StopReason): void {
    if (this.#stopReason !== undefined) return;
    this.#stopReason = reason;
    this.#preparing.abort(new Error('The attempt was stopped.'));
    this.#program?.stop(this.#context.settings.stopGraceMs);
  }

  async kill(): Promise<void> {
    const reason = new Error('The attempt was killed.');
    this.#preparing.abort(reason);
    this.#killing.abort(reason);
    await this.#program?.kill();
    await this.result;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await removeAttemptFolder(this.#folder.path);
  }

  async #run(): Promise<AttemptResult> {
    // Whoever started the attempt holds it before the first report comes.
    await undefined;
    let outcome: AttemptOutcome;
    let uploaded: { readonly modelArtifactUri?: string } = {};
    try {
      outcome = await this.#train();
      if (outcome.kind === 'Succeeded' || outcome.kind === 'Stopped') uploaded = await this.#upload();
    } catch (error) {
      outcome = outcomeOfError(error);
    }
    // What a stop or a kill interrupted is not that work's own fault.
    if (this.#killing.signal.aborted) outcome = { kind: 'Lost', reason: 'The attempt was killed: its lease was lost.' };
    else if (this.#stopReason !== undefined && !this.#hasTrained) {
      outcome = { kind: 'Stopped', stopReason: this.#stopReason };
    }
    await this.#spool.close();
    return { key: this.key, outcome, ...this.#facts, ...uploaded };
  }

  get #hasTrained(): boolean {
    return this.#facts.trainingEndMs !== undefined;
  }

  async #train(): Promise<AttemptOutcome> {
    const { order } = this.#start;
    this.#enter('Starting', 'Preparing the attempt');
    const scraper = new MetricScraper(this.#context.metrics.compile(order.metricDefinitions));
    if (order.networkIsolation && !this.#context.sandbox.isolates) {
      throw new ClientFault(
        'The job asks for network isolation, which this agent cannot give: it runs without a sandbox. Install bubblewrap on it, or turn EnableNetworkIsolation off.',
      );
    }
    const training = this.#folder.training;
    const config = trainingConfig(order);
    makeTrainingFolders(training);
    mkdirSync(this.#folder.sandbox);
    writeConfigFiles(training, config);

    this.#enter('Downloading', order.channels.length === 0 ? 'No input channels' : 'Placing the input channels');
    const { stores } = this.#context.settings;
    const signal = this.#preparing.signal;
    const isolates = this.#context.sandbox.isolates;
    const [mounts, program] = await unlessAborted(
      signal,
      Promise.all([
        placeChannels(stores, order.channels, training, isolates, signal),
        resolveProgram(order, training, this.#context.settings, signal),
      ]),
    );
    signal.throwIfAborted();
    return this.#runProgram(this.#launch(program, mounts, config), scraper);
  }

  #launch(
    program: ResolvedProgram,
    mounts: readonly ChannelMount[],
    config: ReturnType<typeof trainingConfig>,
  ): Launch {
    const { order, cpuCount, gpuUuids } = this.#start;
    const { sandbox, agent } = this.#context;
    const visible = sandbox.isolates ? trainingPaths(OPT_ML) : this.#folder.training;
    const tag = attemptTag(agent, this.key);
    const host = { cpuCount, gpuUuids, environment: process.env };
    return sandbox.launch({
      command: program.command,
      environment: { ...trainingEnvironment(order, config, visible, host), ...program.environment, ...tag },
      workingFolder: program.startsIn === 'code' ? visible.code : visible.root,
      folder: this.#folder,
      mounts,
      networkIsolation: order.networkIsolation,
      tag,
    });
  }

  async #runProgram(launch: Launch, scraper: MetricScraper): Promise<AttemptOutcome> {
    const { order, observer, slotFreeAtMonotonicMs } = this.#start;
    const { clock, stopGraceMs, diskCheckEveryMs } = this.#context.settings;
    const batcher = new MetricBatcher((points) => observer.metrics(points));
    const trainingStartMs = clock.nowMs();
    const startedAt = clock.monotonicMs();
    let firstOutputAt: number | undefined;

    const program = startProgram(launch, this.#context.pipes, this.#spool, (chunk) => {
      firstOutputAt ??= clock.monotonicMs();
      batcher.add(scraper.feed(chunk, clock.nowMs()));
    });
    this.#program = program;
    this.#enter('Training', 'The program is running');
    const cancelLimit = callAfter(order.maxRuntimeSeconds * 1000, () => this.stop('MaxRuntimeExceeded'));
    const disk = watchDisk(this.#folder.path, order.volumeSizeGib, diskCheckEveryMs, clock, () => {
      this.#diskExceeded = true;
      void program.kill();
    });
    // A stop or a kill may have come while the program was being started.
    if (this.#stopReason !== undefined) program.stop(stopGraceMs);

    let end: ProgramEnd;
    try {
      end = await program.ended;
    } finally {
      cancelLimit();
      disk.stop();
    }
    batcher.add(scraper.finish(clock.nowMs()));
    batcher.finish();
    const finalMetrics = scraper.finalMetrics();
    this.#facts = {
      finalMetrics,
      trainingStartMs,
      trainingEndMs: clock.nowMs(),
      startupMs: (firstOutputAt ?? startedAt) - slotFreeAtMonotonicMs,
    };
    if (this.#diskExceeded || (!this.#killing.signal.aborted && (await disk.isExceeded()))) {
      throw new AlgorithmFault(
        `The program used more than ${order.volumeSizeGib} GiB of disk. Ask for a larger VolumeSizeInGB, or write less below /opt/ml.`,
      );
    }
    if (this.#stopReason !== undefined) return { kind: 'Stopped', stopReason: this.#stopReason };
    if (end.launchFault !== undefined) throw new Error(`The sandbox could not be set up: ${end.launchFault}`);
    return this.#judge({ exitCode: end.exitCode, finalMetrics, ...this.#objective() });
  }

  async #judge(evidence: ProgramEvidence): Promise<AttemptOutcome> {
    if (hasSucceeded(evidence)) return { kind: 'Succeeded' };
    const failureText = await readFailureFile(this.#folder.training);
    return failureOutcome(evidence, { failureText, lastLines: await lastLines(this.#spool) });
  }

  #objective(): Pick<ProgramEvidence, 'objective'> {
    const { objectiveMetricName: metricName, metricDefinitions } = this.#start.order;
    if (metricName === '') return {};
    return { objective: { metricName, regex: metricDefinitions.find(({ name }) => name === metricName)?.regex } };
  }

  async #upload(): Promise<{ readonly modelArtifactUri?: string }> {
    const { order } = this.#start;
    this.#enter('Uploading', 'Storing the model and output');
    const signal = this.#killing.signal;
    signal.throwIfAborted();
    return uploadArtifacts(
      this.#context.settings.stores,
      this.#folder.training,
      order.outputUri,
      order.trainingJobName,
      signal,
    );
  }

  #enter(phase: AttemptPhase, message: string): void {
    this.#start.observer.phase(phase, this.#context.settings.clock.nowMs(), message);
  }
}

function outcomeOfError(error: unknown): AttemptOutcome {
  if (error instanceof ClientFault) return { kind: 'ClientError', reason: error.message };
  if (error instanceof AlgorithmFault) return { kind: 'AlgorithmError', reason: error.message };
  return { kind: 'InternalError', reason: messageOf(error) };
}

/** Gives up waiting when the signal comes, even for work that knows nothing of it. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let give: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason);
    signal.addEventListener('abort', give, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (give !== undefined) signal.removeEventListener('abort', give);
  }
}
