import type { AttemptKey } from '@fleetune/domain';

/** The key as one text, to look attempts up by. */
export function attemptName(key: AttemptKey): string {
  return `${key.trainingJobId}.${key.fence}`;
}
