import type { SecondaryStatus, SecondaryStatusTransition } from '@fleetune/domain';

const ENDS: readonly SecondaryStatus[] = [
  'Completed',
  'Failed',
  'Stopped',
  'MaxRuntimeExceeded',
  'MaxWaitTimeExceeded',
];
/** What may come from anywhere before the end: the fleet takes the attempt away, or somebody wants it stopped. */
const TURNS: readonly SecondaryStatus[] = ['Interrupted', 'Restarting', 'Stopping', ...ENDS];

/** The published machine. A phase may be missing where its report was lost with a machine. */
const NEXT: Readonly<Record<SecondaryStatus, readonly SecondaryStatus[]>> = {
  Pending: ['Starting', 'Downloading', 'Training', 'Uploading', ...TURNS],
  Starting: ['Downloading', 'Training', 'Uploading', ...TURNS],
  Downloading: ['Training', 'Uploading', ...TURNS],
  Training: ['Uploading', ...TURNS],
  Uploading: TURNS,
  Interrupted: ['Starting', 'Downloading', 'Training', 'Uploading', ...TURNS],
  Restarting: ['Starting', 'Downloading', 'Training', 'Uploading', ...TURNS],
  Stopping: ENDS,
  Stopped: [],
  MaxRuntimeExceeded: [],
  MaxWaitTimeExceeded: [],
  Completed: [],
  Failed: [],
};

/** @returns what is wrong with the path; undefined when it is one of the machine's. */
export function pathFault(transitions: readonly SecondaryStatusTransition[]): string | undefined {
  for (const [place, transition] of transitions.entries()) {
    const before = transitions[place - 1];
    if (before === undefined) {
      if (transition.status !== 'Starting') return `begins with ${transition.status}`;
      continue;
    }
    if (!NEXT[before.status].includes(transition.status)) return `${before.status} is followed by ${transition.status}`;
    if (before.endTimeMs === undefined) return `${before.status} has no end`;
    if (before.endTimeMs < before.startTimeMs || transition.startTimeMs < before.endTimeMs) {
      return `time runs backwards from ${before.status} to ${transition.status}`;
    }
  }
  return undefined;
}

/** @returns what was written before and is different now. */
export function historyFault(
  before: readonly SecondaryStatusTransition[],
  after: readonly SecondaryStatusTransition[],
): string | undefined {
  for (const [place, { status, startTimeMs }] of before.entries()) {
    const now = after[place];
    if (now?.status !== status || now.startTimeMs !== startTimeMs) return `${status} was written and is gone`;
  }
  return undefined;
}
