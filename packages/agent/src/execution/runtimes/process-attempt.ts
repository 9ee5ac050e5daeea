import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelCache } from '@fleetune/artifacts';
import type { AttemptKey, AttemptOutcome, AttemptPhase, AttemptResult, StopReason } from '@fleetune/domain';
import type { AttemptExecution, AttemptStart, LogReader, StopTime } from '../attempt-execution.js';
import { AlgorithmFault, ClientFault, messageOf } from '../attempt-faults.js';
import { AttemptCheckpoints } from '../checkpoints/attempt-checkpoints.js';
import {
  type AttemptFolder,
  attemptFolder,
  makeTrainingFolders,
  removeAttemptFolder,
  type TrainingPaths,
  trainingPaths,
} from '../contract/attempt-folder.js';
import { trainingConfig, writeConfigFiles } from '../contract/config-files.js';
import { readFailureFile } from '../contract/failure-file.js';
import { trainingEnvironment } from '../contract/training-environment.js';
import { watchDisk } from '../disk-quota.js';
import type { ExecutorSettings } from '../executor-options.js';
import { placeChannels } from '../inputs/channels.js';
import type { PlacedChannels } from '../inputs/placed-channels.js';
import type { MetricCompiler } from '../log/compiled-metrics.js';
import { lastLines } from '../log/last-lines.js';
import { LogSpool } from '../log/log-spool.js';
import { MetricBatcher } from '../log/metric-batcher.js';
import { MetricScraper } from '../log/metric-scraper.js';
import { failureOutcome, hasSucceeded, type ProgramEvidence } from '../outcome.js';
import { LeaseLostError, uploadArtifacts } from '../outputs/upload.js';
import { type AgentIdentity, attemptTag } from '../process-tree/attempt-tag.js';
import { type ChannelMount, OPT_ML, type Sandbox, type SandboxedProgram } from '../sandbox/sandbox.js';
import { callAfter } from './call-after.js';
import { resolveProgram } from './command.js';
import type { OutputPipes } from './output-pipes.js';
import {
  type LaunchedProgram,
  launchProgram,
  type ProgramEnd,
  type RunningProgram,
  superviseProgram,
} from './process.js';
import type { ResolvedProgram } from './resolved-program.js';
import type { ZygotePool } from './zygote/zygote-pool.js';

/** What all attempts of an executor share. */
export interface AttemptContext {
  readonly settings: ExecutorSettings;
  readonly sandbox: Sandbox;
  readonly agent: AgentIdentity;
  readonly attemptsFolder: string;
  readonly pipes: OutputPipes;
  readonly cache: ChannelCache;
  readonly metrics: MetricCompiler;
  /** Undefined where there are none. */
  readonly zygotes: ZygotePool | undefined;
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
  #saveMs: number;
  /** When the checkpoints of a stopped attempt must be stored, by the monotonic clock, where that is soon. */
  #storedBy: number | undefined;
  #diskExceeded = false;
  #inputFault: unknown;
  #channels: PlacedChannels | undefined;
  readonly #checkpoints: AttemptCheckpoints;
  #facts: TrainingFacts = { finalMetrics: [] };

  constructor(start: AttemptStart, context: AttemptContext) {
    this.key = start.key;
    this.#start = start;
    this.#context = context;
    this.#saveMs = context.settings.stopGraceMs;
    this.#folder = attemptFolder(context.attemptsFolder, start.key);
    this.#spool = new LogSpool(this.#folder.log, context.settings.logSpoolBytes, () => start.observer.logGrew());
    this.log = this.#spool;
    this.#checkpoints = new AttemptCheckpoints({
      stores: context.settings.stores,
      key: start.key,
      order: start.order,
      paths: this.#folder.training,
      scanEveryMs: context.settings.checkpointEveryMs,
      note: (text) => this.#note(text),
    });
    this.result = this.#run();
  }

  stop(reason: StopReason, time?: StopTime): void {
    if (this.#stopReason !== undefined) return;
    const { stopGraceMs, clock } = this.#context.settings;
    this.#stopReason = reason;
    if (time !== undefined) this.#storedBy = clock.monotonicMs() + time.endMs;
    this.#saveMs = Math.min(stopGraceMs, time?.saveMs ?? stopGraceMs);
    this.#preparing.abort(new Error('The attempt was stopped.'));
    this.#program?.stop(this.#saveMs);
  }

  async kill(): Promise<void> {
    const reason = new Error('The attempt was killed.');
    this.#preparing.abort(reason);
    this.#killing.abort(reason);
    this.#checkpoints.abandon();
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
      if (isKept(outcome)) uploaded = await this.#upload();
    } catch (error) {
      outcome = outcomeOfError(error);
    } finally {
      // A channel that is still on its way gives back what it has.
      this.#preparing.abort(new Error('The attempt has ended.'));
      await this.#channels?.release();
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
    const signal = this.#preparing.signal;
    const { confine } = this.#context.sandbox;
    const place = { paths: training, visible: this.#visiblePaths(), confine, signal };
    const [channels, program] = await unlessAborted(
      signal,
      Promise.all([this.#placeInputs(signal), resolveProgram(order, this.#context.settings, place)]),
    );
    signal.throwIfAborted();
    return this.#runProgram(this.#walledIn(program, channels.mounts, config), scraper);
  }

  async #placeInputs(signal: AbortSignal): Promise<PlacedChannels> {
    const { settings, sandbox, cache } = this.#context;
    const { order } = this.#start;
    const placing = placeChannels(order.channels, {
      stores: settings.stores,
      cache,
      paths: this.#folder.training,
      privateFolder: join(this.#folder.path, 'inputs'),
      canMount: sandbox.isolates,
      tenant: order.tenant,
      host: { hostIndex: 0, hostCount: 1 },
      signal,
      note: (text) => this.#note(text),
    }).then((channels) => {
      this.#channels = channels;
      return channels;
    });
    const [channels] = await Promise.all([placing, this.#checkpoints.restore(signal)]);
    return channels;
  }

  #walledIn(
    program: ResolvedProgram,
    mounts: readonly ChannelMount[],
    config: ReturnType<typeof trainingConfig>,
  ): SandboxedProgram {
    const { order, cpuCount, gpuUuids } = this.#start;
    const { agent, settings } = this.#context;
    const visible = this.#visiblePaths();
    const tag = attemptTag(agent, this.key);
    const host = { cpuCount, gpuUuids, pythonPath: settings.pythonPath, environment: process.env };
    const environment = { ...trainingEnvironment(order, config, visible, host), ...program.environment, ...tag };
    return {
      command: program.command,
      environment: { ...environment, PATH: searchPath(program.binFolders ?? [], environment.PATH) },
      workingFolder: program.startsIn === 'code' ? visible.code : visible.root,
      folder: this.#folder,
      mounts,
      networkIsolation: order.networkIsolation,
      tag,
    };
  }

  #visiblePaths(): TrainingPaths {
    return this.#context.sandbox.isolates ? trainingPaths(OPT_ML) : this.#folder.training;
  }

  /** From a zygote where there is one for it, else by itself. */
  async #launch(
    walledIn: SandboxedProgram,
  ): Promise<{ readonly program: LaunchedProgram; readonly isForked: boolean }> {
    const { zygotes, sandbox, pipes } = this.#context;
    const { tenant, objectiveMetricName } = this.#start.order;
    // The training jobs of a tuning job are many and alike.
    const repeats = objectiveMetricName !== '';
    const forked = await zygotes?.start(walledIn, { tenant, repeats, signal: this.#preparing.signal });
    if (forked?.how === 'zygote') return { program: forked.program, isForked: true };
    return { program: launchProgram(sandbox.launch(walledIn), pipes), isForked: false };
  }

  async #runProgram(walledIn: SandboxedProgram, scraper: MetricScraper): Promise<AttemptOutcome> {
    const { order, observer, slotFreeAtMonotonicMs } = this.#start;
    const { clock, diskCheckEveryMs } = this.#context.settings;
    const batcher = new MetricBatcher((points) => observer.metrics(points));
    const trainingStartMs = clock.nowMs();
    const startedAt = clock.monotonicMs();
    let firstOutputAt: number | undefined;

    const { program: launched, isForked } = await this.#launch(walledIn);
    const program = superviseProgram(launched, this.#spool, (chunk) => {
      firstOutputAt ??= clock.monotonicMs();
      batcher.add(scraper.feed(chunk, clock.nowMs()));
    });
    this.#program = program;
    this.#channels?.feed((error) => {
      this.#inputFault = error;
      void program.kill();
    });
    this.#checkpoints.start();
    this.#enter('Training', isForked ? 'The program is running, forked from a zygote' : 'The program is running');
    const cancelLimit = callAfter(order.maxRuntimeSeconds * 1000, () => this.stop('MaxRuntimeExceeded'));
    const disk = watchDisk(this.#folder.path, order.volumeSizeGib, diskCheckEveryMs, clock, () => {
      this.#diskExceeded = true;
      void program.kill();
    });
    // A stop or a kill may have come while the program was being started.
    if (this.#stopReason !== undefined) program.stop(this.#saveMs);
    if (this.#killing.signal.aborted) void program.kill();

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
    await this.#flushCheckpoints();
    if (this.#inputFault !== undefined) throw this.#inputFault;
    if (this.#stopReason !== undefined) return { kind: 'Stopped', stopReason: this.#stopReason };
    if (end.launchFault !== undefined) throw new Error(`The sandbox could not be set up: ${end.launchFault}`);
    return this.#judge({ exitCode: end.exitCode, finalMetrics, ...this.#objective() });
  }

  /** Also after a failure: another job may begin with what this one had. */
  async #flushCheckpoints(): Promise<void> {
    if (this.#killing.signal.aborted) return;
    const { checkpointFlushMs, stopGraceMs, clock } = this.#context.settings;
    const leftMs = this.#storedBy === undefined ? stopGraceMs : Math.max(0, this.#storedBy - clock.monotonicMs());
    await this.#checkpoints.flush(this.#stopReason === undefined ? checkpointFlushMs : leftMs);
  }

  async #judge(evidence: ProgramEvidence): Promise<AttemptOutcome> {
    if (hasSucceeded(evidence)) return { kind: 'Succeeded' };
    const failureText = await readFailureFile(this.#folder.training);
    const hasOptMl = this.#context.sandbox.isolates;
    return failureOutcome(evidence, { failureText, lastLines: await lastLines(this.#spool), hasOptMl });
  }

  #objective(): Pick<ProgramEvidence, 'objective'> {
    const { objectiveMetricName: metricName, metricDefinitions } = this.#start.order;
    if (metricName === '') return {};
    return { objective: { metricName, regex: metricDefinitions.find(({ name }) => name === metricName)?.regex } };
  }

  async #upload(): Promise<{ readonly modelArtifactUri?: string }> {
    const { order, confirmLease } = this.#start;
    this.#enter('Uploading', 'Storing the model and output');
    const signal = this.#killing.signal;
    signal.throwIfAborted();
    return uploadArtifacts({
      store: this.#context.settings.stores,
      paths: this.#folder.training,
      outputUri: order.outputUri,
      trainingJobName: order.trainingJobName,
      compression: order.outputCompression === 'NONE' ? 'NONE' : 'GZIP',
      signal,
      confirmLease,
    });
  }

  /** Says something in the job's log that the program did not print. */
  #note(text: string): void {
    this.#spool.append(Buffer.from(`fleetune: ${text}\n`));
  }

  #enter(phase: AttemptPhase, message: string): void {
    this.#start.observer.phase(phase, this.#context.settings.clock.nowMs(), message);
  }
}

/** An attempt that will be made again has checkpoints to go on from; a model of it would only cost time. */
function isKept(outcome: AttemptOutcome): boolean {
  if (outcome.kind === 'Stopped') return outcome.stopReason !== 'AgentStopping';
  return outcome.kind === 'Succeeded';
}

/** The folders that are not on the path yet, before it. */
function searchPath(folders: readonly string[], path = ''): string {
  const present = path.split(':');
  return [...folders.filter((folder) => !present.includes(folder)), path].join(':');
}

function outcomeOfError(error: unknown): AttemptOutcome {
  if (error instanceof ClientFault) return { kind: 'ClientError', reason: error.message };
  if (error instanceof AlgorithmFault) return { kind: 'AlgorithmError', reason: error.message };
  if (error instanceof LeaseLostError) return { kind: 'Lost', reason: error.message };
  return { kind: 'InternalError', reason: messageOf(error) };
}

/** Gives up waiting when the signal comes, even for work that knows nothing of it. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  // Looked at below, but not when the signal has come already.
  work.catch(() => undefined);
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
