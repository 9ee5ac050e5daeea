import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptKey, AttemptOutcome, AttemptPhase, AttemptResult, StopReason } from '@fleetune/domain';
import type { AttemptExecution, AttemptStart, LogReader, StopTime } from '../attempt-execution.js';
import { AlgorithmFault, ClientFault } from '../attempt-faults.js';
import { AttemptCheckpoints } from '../checkpoints/attempt-checkpoints.js';
import {
  type AttemptFolder,
  attemptFolder,
  makeTrainingFolders,
  removeAttemptFolder,
  type TrainingPaths,
  trainingPaths,
} from '../contract/attempt-folder.js';
import { type TrainingConfig, trainingConfig, writeConfigFiles } from '../contract/config-files.js';
import { readFailureFile } from '../contract/failure-file.js';
import { watchDisk } from '../disk-quota.js';
import { placeChannels } from '../inputs/channels.js';
import { heldFolders, type PlacedChannels } from '../inputs/placed-channels.js';
import { lastLines } from '../log/last-lines.js';
import { LogFile } from '../log/log-file.js';
import { TrainingMetrics } from '../log/training-metrics.js';
import { failureOutcome, hasSucceeded, type ProgramEvidence } from '../outcome.js';
import { uploadArtifacts } from '../outputs/upload.js';
import { OPT_ML } from '../sandbox/sandbox.js';
import { type AttemptProgress, readProgress, writeProgress } from '../supervision/attempt-record.js';
import type { KeptProgram } from '../supervision/kept-programs.js';
import { uptimeMs } from '../supervision/lease-file.js';
import { followProgram } from '../supervision/supervised-program.js';
import { recordStop, type SupervisionFolder, supervisionFolder } from '../supervision/supervision-folder.js';
import type { AttemptContext } from './attempt-context.js';
import { foreignEnd, isUploaded, outcomeOfError } from './attempt-outcome.js';
import { callAfter } from './call-after.js';
import { resolveProgram } from './command.js';
import { type ImageAlgorithm, imageToRun, NoContainerEngineFault } from './container/image-to-run.js';
import { downloadingMessage } from './downloading-message.js';
import { launchAttempt, lookAfter, type StartedProgram } from './launch-attempt.js';
import type { ProgramEnd, RunningProgram } from './process.js';
import { unlessAborted } from './unless-aborted.js';
import { walledProgram } from './walled-program.js';

type TrainingFacts = Pick<AttemptResult, 'finalMetrics' | 'trainingStartMs' | 'trainingEndMs' | 'startupMs'>;

/** How an attempt's program is started, once its channels are in place. */
type Starter = (channels: PlacedChannels, trainingStartMs: number) => Promise<StartedProgram>;

/** A program that runs, however it came to that. */
interface Training {
  readonly program: RunningProgram;
  readonly trainingStartMs: number;
  /** Of its time limit. */
  readonly leftMs: number;
  /** From the free slot to the first output; undefined where nobody saw that. */
  startupMs(): number | undefined;
}

/**
 * An attempt whose program runs by itself: as a process in the sandbox, or in a container of its image. Where the program
 * has a supervisor it outlives this agent process, and the next one goes on with it.
 */
export class ProcessAttempt implements AttemptExecution {
  readonly key: AttemptKey;
  readonly log: LogReader;
  readonly result: Promise<AttemptResult>;
  readonly #start: AttemptStart;
  readonly #context: AttemptContext;
  readonly #kept: KeptProgram | undefined;
  readonly #folder: AttemptFolder;
  readonly #supervision: SupervisionFolder;
  readonly #log: LogFile;
  readonly #preparing = new AbortController();
  readonly #killing = new AbortController();
  #metrics: TrainingMetrics | undefined;
  #training: Training | undefined;
  #endWatching: () => void = () => undefined;
  #isSupervised: boolean;
  #stopReason: StopReason | undefined;
  #saveMs: number;
  /** When the checkpoints of a stopped attempt must be stored, by the monotonic clock, where that is soon. */
  #storedBy: number | undefined;
  #diskExceeded = false;
  #inputFault: unknown;
  #channels: PlacedChannels | undefined;
  readonly #checkpoints: AttemptCheckpoints;
  #facts: TrainingFacts = { finalMetrics: [] };
  /** The image that the program runs in as it is. */
  readonly #image: ImageAlgorithm | undefined;

  /** @param kept its program, when an earlier agent process has started it. */
  constructor(start: AttemptStart, context: AttemptContext, kept?: KeptProgram) {
    this.key = start.key;
    this.#start = start;
    this.#context = context;
    this.#kept = kept;
    this.#isSupervised = kept !== undefined;
    this.#stopReason = kept?.stopReason;
    this.#saveMs = context.settings.stopGraceMs;
    this.#image = imageToRun(start.order, context.settings.images, context.containers !== undefined);
    this.#folder = kept?.folder ?? attemptFolder(context.attemptsFolder, start.key);
    this.#supervision = supervisionFolder(this.#folder.log);
    this.#log = new LogFile(this.#supervision.output, context.settings.keptLogBytes, () => start.observer.logGrew());
    this.log = this.#log;
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

  get outlivesAgent(): boolean {
    return this.#isSupervised;
  }

  stop(reason: StopReason, time?: StopTime): void {
    if (this.#stopReason !== undefined) return;
    const { stopGraceMs, clock } = this.#context.settings;
    this.#stopReason = reason;
    if (time !== undefined) this.#storedBy = clock.monotonicMs() + time.endMs;
    this.#saveMs = Math.min(stopGraceMs, time?.saveMs ?? stopGraceMs);
    this.#preparing.abort(new Error('The attempt was stopped.'));
    // For the agent process that comes after this one, should this one end meanwhile.
    if (this.#isSupervised) recordStop(this.#supervision, reason);
    this.#training?.program.stop(this.#saveMs);
  }

  async kill(): Promise<void> {
    const reason = new Error('The attempt was killed.');
    this.#preparing.abort(reason);
    this.#killing.abort(reason);
    this.#checkpoints.abandon();
    await this.#training?.program.kill();
    await this.result;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await this.#log.close();
    await removeAttemptFolder(this.#folder.path);
  }

  toldUntil(monotonicMs: number): void {
    const told = this.#metrics?.takeTold(monotonicMs);
    if (told === undefined || !this.#isSupervised) return;
    writeProgress(this.#supervision, { ...told, startupMs: this.#training?.startupMs() });
  }

  letGo(): void {
    this.#checkpoints.abandon();
    this.#endWatching();
    this.#training?.program.letGo?.();
  }

  async #run(): Promise<AttemptResult> {
    // Whoever started the attempt holds it before the first report comes.
    await undefined;
    let outcome: AttemptOutcome;
    let uploaded: { readonly modelArtifactUri?: string } = {};
    try {
      outcome = await this.#train();
      if (isUploaded(outcome)) uploaded = await this.#upload();
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
    await this.#log.settled();
    return { key: this.key, outcome, ...this.#facts, ...uploaded };
  }

  get #hasTrained(): boolean {
    return this.#facts.trainingEndMs !== undefined;
  }

  async #train(): Promise<AttemptOutcome> {
    if (this.#kept !== undefined) return this.#takeOver(this.#kept);
    const { order } = this.#start;
    this.#enter('Starting', 'Preparing the attempt');
    const metrics = this.#makeMetrics();
    if (order.networkIsolation && !this.#isolates) {
      throw new ClientFault(
        'The job asks for network isolation, which this agent cannot give: it runs without a sandbox. Install bubblewrap on it, or turn EnableNetworkIsolation off.',
      );
    }
    const training = this.#folder.training;
    const config = trainingConfig(order);
    makeTrainingFolders(training);
    mkdirSync(this.#folder.sandbox);
    writeConfigFiles(training, config);

    this.#enter('Downloading', downloadingMessage(order.channels.length > 0, this.#image !== undefined));
    const signal = this.#preparing.signal;
    const [channels, start] = await unlessAborted(
      signal,
      Promise.all([this.#placeInputs(signal), this.#prepareProgram(config, metrics, signal)]),
    );
    signal.throwIfAborted();
    return this.#begin(start, channels, metrics);
  }

  #makeMetrics(progress?: AttemptProgress): TrainingMetrics {
    const { order, observer } = this.#start;
    const { metrics, settings } = this.#context;
    return new TrainingMetrics(metrics.compile(order.metricDefinitions), observer, settings.clock, progress);
  }

  async #prepareProgram(config: TrainingConfig, metrics: TrainingMetrics, signal: AbortSignal): Promise<Starter> {
    const { containers, sandbox, settings } = this.#context;
    const algorithm = this.#image;
    const folder = this.#folder;
    if (algorithm === undefined) {
      const visible = this.#visiblePaths();
      const place = { paths: folder.training, visible, confine: sandbox.confine, signal };
      const resolved = await resolveProgram(this.#start.order, settings, place);
      return ({ mounts, needsAgent }, trainingStartMs) => {
        const walledIn = walledProgram(resolved, this.#start, { folder, visible, mounts, config }, this.#context);
        const launch = { walledIn, metrics, signal, needsAgent, trainingStartMs, start: this.#start, log: this.#log };
        return launchAttempt(launch, this.#context);
      };
    }
    if (containers === undefined) throw new NoContainerEngineFault(algorithm.image);
    const image = await containers.obtainImage(algorithm, (text) => {
      // A pull goes on when nobody waits for it any more.
      if (!signal.aborted) this.#note(text);
    });
    const place = { ...this.#start, algorithm, folder, config };
    return async ({ mounts }) => ({
      program: lookAfter(await containers.launch(image, { ...place, mounts }), this.#log, metrics),
      manner: ' in a container',
      isSupervised: false,
    });
  }

  async #placeInputs(signal: AbortSignal): Promise<PlacedChannels> {
    const { settings, cache } = this.#context;
    const { order } = this.#start;
    const placing = placeChannels(order.channels, {
      stores: settings.stores,
      cache,
      paths: this.#folder.training,
      privateFolder: join(this.#folder.path, 'inputs'),
      canMount: this.#isolates,
      isOwnUser: this.#image === undefined,
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

  #visiblePaths(): TrainingPaths {
    return this.#isolates ? trainingPaths(OPT_ML) : this.#folder.training;
  }

  /** Whether the program has a real, private `/opt/ml`, into which folders can be mounted. */
  get #isolates(): boolean {
    return this.#kept?.record.isIsolated ?? (this.#image !== undefined || this.#context.sandbox.isolates);
  }

  async #begin(start: Starter, channels: PlacedChannels, metrics: TrainingMetrics): Promise<AttemptOutcome> {
    const { order, slotFreeAtMonotonicMs } = this.#start;
    const { clock } = this.#context.settings;
    const trainingStartMs = clock.nowMs();
    const startedAt = clock.monotonicMs();
    const { program, manner, isSupervised } = await start(channels, trainingStartMs);
    this.#isSupervised = isSupervised;
    channels.feed((error) => {
      this.#inputFault = error;
      void program.kill();
    });
    this.#enter('Training', `The program is running${manner}`);
    const startupMs = () => (metrics.firstOutputAtMs ?? startedAt) - slotFreeAtMonotonicMs;
    const leftMs = order.maxRuntimeSeconds * 1000;
    return this.#seeThrough({ program, trainingStartMs, leftMs, startupMs }, metrics);
  }

  /** Goes on with a program that an earlier agent process has started. */
  async #takeOver({ record, supervisor }: KeptProgram): Promise<AttemptOutcome> {
    const { outputFrom, keptTogetherBy, tag, trainingStartMs, startedAtUptimeMs, mountedFolders } = record;
    const folder = this.#supervision;
    const progress = readProgress(folder);
    const metrics = this.#makeMetrics(progress);
    this.#log.look();
    this.#checkpoints.resume();
    this.#channels = heldFolders(mountedFolders, this.#context.cache);
    const program = followProgram(
      { supervisor, folder, log: this.#log, outputFrom, keptTogetherBy, tag },
      progress?.offset ?? outputFrom,
      (...piece) => metrics.feed(...piece),
    );
    this.#enter('Training', 'The program is running, and its agent was started again');
    const leftMs = Math.max(0, this.#start.order.maxRuntimeSeconds * 1000 - (uptimeMs() - startedAtUptimeMs));
    return this.#seeThrough({ program, trainingStartMs, leftMs, startupMs: () => progress?.startupMs }, metrics);
  }

  async #seeThrough(training: Training, metrics: TrainingMetrics): Promise<AttemptOutcome> {
    const { program, trainingStartMs, leftMs } = training;
    const { clock, diskCheckEveryMs } = this.#context.settings;
    const { volumeSizeGib } = this.#start.order;
    this.#training = training;
    this.#metrics = metrics;
    this.#checkpoints.start();
    const cancelLimit = callAfter(leftMs, () => this.stop('MaxRuntimeExceeded'));
    const disk = watchDisk(this.#folder.path, volumeSizeGib, diskCheckEveryMs, clock, () => {
      this.#diskExceeded = true;
      void program.kill();
    });
    this.#endWatching = () => {
      cancelLimit();
      disk.stop();
    };
    // A stop or a kill may have come while the program was being started.
    if (this.#stopReason !== undefined) program.stop(this.#saveMs);
    if (this.#killing.signal.aborted) void program.kill();

    let end: ProgramEnd;
    try {
      end = await program.ended;
    } finally {
      this.#endWatching();
    }
    const finalMetrics = metrics.finish();
    const startupMs = training.startupMs();
    const startup = startupMs === undefined ? {} : { startupMs };
    this.#facts = { finalMetrics, trainingStartMs, trainingEndMs: clock.nowMs(), ...startup };
    if (this.#diskExceeded || (!this.#killing.signal.aborted && (await disk.isExceeded()))) {
      throw new AlgorithmFault(
        `The program used more than ${volumeSizeGib} GiB of disk. Ask for a larger VolumeSizeInGB, or write less below /opt/ml.`,
      );
    }
    await this.#flushCheckpoints();
    if (this.#inputFault !== undefined) throw this.#inputFault;
    if (this.#stopReason !== undefined) return { kind: 'Stopped', stopReason: this.#stopReason };
    const memory = end.wasOutOfMemory === true ? { usedUpMemoryMib: this.#start.resources.memoryMib } : {};
    const evidence = { exitCode: end.exitCode, finalMetrics, ...memory, ...this.#objective() };
    return foreignEnd(end) ?? this.#judge(evidence);
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
    return failureOutcome(evidence, { failureText, lastLines: await lastLines(this.#log), hasOptMl: this.#isolates });
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
    this.#log.append(Buffer.from(`fleetune: ${text}\n`));
  }

  #enter(phase: AttemptPhase, message: string): void {
    this.#start.observer.phase(phase, this.#context.settings.clock.nowMs(), message);
  }
}
