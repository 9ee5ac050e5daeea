import type { TrainingJobSpec } from './training-job.js';

/** Longest `MaxWaitTimeInSeconds` of a training job on spot machines that keeps no checkpoints: the guide's limit. */
export const MAX_WAIT_WITHOUT_CHECKPOINTS_SECONDS = 3600;

/** One sentence for each thing that keeps a training job from running on spot machines; empty when it can. */
export function spotFaults({ spot, stopping, checkpointUri, keepAliveSeconds }: TrainingJobSpec): string[] {
  const { maxWaitSeconds } = stopping;
  if (!spot) {
    return maxWaitSeconds === undefined
      ? []
      : ['MaxWaitTimeInSeconds is for managed spot training; leave it out or ask for spot machines.'];
  }
  const faults: string[] = [];
  if (maxWaitSeconds === undefined) {
    faults.push('Managed spot training needs MaxWaitTimeInSeconds: how long to wait and run in all.');
  } else if (checkpointUri === undefined && maxWaitSeconds > MAX_WAIT_WITHOUT_CHECKPOINTS_SECONDS) {
    faults.push(
      `Without checkpoints an interruption loses everything, so MaxWaitTimeInSeconds may be ${MAX_WAIT_WITHOUT_CHECKPOINTS_SECONDS} at most, not ${maxWaitSeconds}; give a checkpoint configuration.`,
    );
  }
  if (keepAliveSeconds > 0) faults.push('Spot machines cannot be kept warm; leave KeepAlivePeriodInSeconds out.');
  return faults;
}

/** What was saved against on-demand machines, in percent: the guide's (1 - BillableTime / TrainingTime) * 100. */
export function spotSavingPercent(trainingSeconds: number, billableSeconds: number): number {
  return trainingSeconds > 0 ? (1 - billableSeconds / trainingSeconds) * 100 : 0;
}
