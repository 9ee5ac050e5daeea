import type { TuningJob } from '@fleetune/api/contract';

/** A measured value in at most six significant digits. */
export function formatValue(value: number | string | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** `8 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function formatAge(timeMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - timeMs) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

/** `eta 0.1  max_depth 6`, in the order of `names`. */
export function formatConfiguration(
  configuration: Readonly<Record<string, number | string>>,
  names: readonly string[],
): string {
  return names
    .filter((name) => configuration[name] !== undefined)
    .map((name) => `${name} ${formatValue(configuration[name])}`)
    .join('  ');
}

/** The tuned hyperparameters of a tuning job, in the order in which its author wrote them. */
export function tunedNames(job: TuningJob): string[] {
  return [...new Set(job.definitions.flatMap(({ ranges }) => ranges.map((range) => range.name)))];
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
