/** Which way is better. */
export type ObjectiveType = 'Maximize' | 'Minimize';

export interface Objective {
  readonly type: ObjectiveType;
  /** Name of one of the training job's metric definitions. */
  readonly metricName: string;
}

/** True when `candidate` is strictly better than `incumbent`. NaN is never better. */
export function isBetter(type: ObjectiveType, candidate: number, incumbent: number | undefined): boolean {
  if (Number.isNaN(candidate)) return false;
  if (incumbent === undefined) return true;
  return type === 'Maximize' ? candidate > incumbent : candidate < incumbent;
}

/** True when `value` is at least as good as `target`. */
export function reaches(type: ObjectiveType, value: number, target: number): boolean {
  return type === 'Maximize' ? value >= target : value <= target;
}
