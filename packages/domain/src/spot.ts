import type { TrainingJobSpec } from './training-job.js';

/*
 * Managed spot training: on machines that may be taken away at short notice. Such machines offer their classes under
 * names of their own, so that no other job ever runs there.
 */

/** Longest `MaxWaitTimeInSeconds` of a training job on spot machines that keeps no checkpoints: the guide's limit. */
export const MAX_WAIT_WITHOUT_CHECKPOINTS_SECONDS = 3600;

/** One sentence for each thing that keeps a training job from running on spot machines; empty when it can. */
export function spotFaults({ instances, spot, stopping, checkpointUri, keepAliveSeconds }: TrainingJobSpec): string[] {
  const { maxWaitSeconds } = stopping;
  const faults: string[] = [];
  for (const { instanceType } of instances.filter((entry) => isSpotClass(entry.instanceType))) {
    faults.push(`Instance type "${instanceType}" ends in "${SPOT_SUFFIX}"; leave that out and ask for spot machines.`);
  }
  if (!spot) {
    if (maxWaitSeconds !== undefined) {
      faults.push('MaxWaitTimeInSeconds is for managed spot training; leave it out or ask for spot machines.');
    }
    return faults;
  }
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

/** Ending of the names under which spot machines offer their classes. */
const SPOT_SUFFIX = ':spot';

/** The class that spot machines offer for an instance type, or for `*`, any type: "ml.m5.large:spot". */
export function spotClass(instanceType: string): string {
  return `${instanceType}${SPOT_SUFFIX}`;
}

export function isSpotClass(instanceClass: string): boolean {
  return instanceClass.endsWith(SPOT_SUFFIX);
}

/** The instance type behind a class, as people know it: on spot machines without the ending. */
export function instanceTypeOf(instanceClass: string): string {
  return isSpotClass(instanceClass) ? instanceClass.slice(0, -SPOT_SUFFIX.length) : instanceClass;
}

/** A class in words: "ml.m5.large on spot", "ml.m5.large". */
export function describeClass(instanceClass: string): string {
  return isSpotClass(instanceClass) ? `${instanceTypeOf(instanceClass)} on spot` : instanceClass;
}

/** What is billed for a second of training: nothing is taken off on machines that are not spot. */
export function priceRatio(instanceClass: string, spotPriceRatio: number): number {
  return isSpotClass(instanceClass) ? spotPriceRatio : 1;
}

/** What was saved against on-demand machines, in percent: the guide's (1 - BillableTime / TrainingTime) * 100. */
export function spotSavingPercent(trainingSeconds: number, billableSeconds: number): number {
  return trainingSeconds > 0 ? (1 - billableSeconds / trainingSeconds) * 100 : 0;
}
