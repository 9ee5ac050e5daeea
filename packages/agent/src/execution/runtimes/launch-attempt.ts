import type { AttemptStart } from '../attempt-execution.js';
import type { LogFile } from '../log/log-file.js';
import type { TrainingMetrics } from '../log/training-metrics.js';
import { currentBootId } from '../process-tree/proc.js';
import type { SandboxedProgram } from '../sandbox/sandbox.js';
import { writeRecord } from '../supervision/attempt-record.js';
import { uptimeMs } from '../supervision/lease-file.js';
import { followProgram } from '../supervision/supervised-program.js';
import { prepareExit, supervisionFolder } from '../supervision/supervision-folder.js';
import { startSupervisor } from '../supervision/supervisor.js';
import type { AttemptContext } from './attempt-context.js';
import { type LaunchedProgram, launchProgram, type RunningProgram, superviseProgram } from './process.js';

export interface ProgramLaunch {
  readonly walledIn: SandboxedProgram;
  readonly start: AttemptStart;
  readonly log: LogFile;
  readonly metrics: TrainingMetrics;
  /** Ends waiting for a zygote. */
  readonly signal: AbortSignal;
  /** Its data comes through this process. */
  readonly needsAgent: boolean;
  readonly trainingStartMs: number;
}

export interface StartedProgram {
  readonly program: RunningProgram;
  /** Completes "The program is running". */
  readonly manner: string;
  /** It goes on when this process ends. */
  readonly isSupervised: boolean;
}

/** Starts a program: from a zygote where there is one for it, else under a supervisor, else as a child of the agent. */
export async function launchAttempt(launch: ProgramLaunch, context: AttemptContext): Promise<StartedProgram> {
  const { walledIn, start, log, metrics, signal, needsAgent } = launch;
  const { tenant, objectiveMetricName } = start.order;
  // The training jobs of a tuning job are many and alike.
  const repeats = objectiveMetricName !== '';
  const forked = await context.zygotes?.start(walledIn, { tenant, repeats, signal });
  if (forked?.how === 'zygote') {
    const program = lookAfter(forked.program, log, metrics);
    return { program, manner: ', forked from a zygote', isSupervised: false };
  }
  const supervised = needsAgent ? undefined : await launchSupervised(launch, context);
  if (supervised !== undefined) return { program: supervised, manner: '', isSupervised: true };
  const launched = launchProgram(context.sandbox.launch(walledIn), context.pipes);
  return { program: lookAfter(launched, log, metrics), manner: '', isSupervised: false };
}

/** Looks after a program whose output comes through this process. */
export function lookAfter(launched: LaunchedProgram, log: LogFile, metrics: TrainingMetrics): RunningProgram {
  let nextOffset = log.length;
  return superviseProgram(launched, log, (chunk) => {
    nextOffset += chunk.length;
    metrics.feed(chunk, nextOffset);
  });
}

/** Undefined where there can be no supervisor. */
async function launchSupervised(
  { walledIn, start, log, metrics, trainingStartMs }: ProgramLaunch,
  { sandbox, pipes, leaseFile }: AttemptContext,
): Promise<RunningProgram | undefined> {
  const folder = supervisionFolder(walledIn.folder.log);
  prepareExit(folder);
  if (leaseFile === undefined || !pipes.nameOneAs(folder.pipe)) return undefined;
  await log.flushed();
  log.look();
  const launch = sandbox.launch(walledIn);
  const { keptTogetherBy } = launch;
  const { key, order, resources, cpuCount, gpuUuids } = start;
  const outputFrom = log.length;
  writeRecord(folder, {
    ...{ key, order, resources, cpuCount, gpuUuids: [...gpuUuids], keptTogetherBy, tag: { ...walledIn.tag } },
    bootId: currentBootId(),
    isIsolated: sandbox.isolates,
    outputFrom,
    trainingStartMs,
    startedAtUptimeMs: uptimeMs(),
    mountedFolders: walledIn.mounts.map(({ source }) => source),
  });
  const supervisor = startSupervisor(launch, walledIn.tag, folder, leaseFile.path);
  return followProgram(
    { supervisor, folder, log, outputFrom, keptTogetherBy, tag: walledIn.tag },
    outputFrom,
    (...piece) => metrics.feed(...piece),
  );
}
