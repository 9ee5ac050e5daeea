const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * The course of values as a line of little bars, the lowest lowest. Where there are more values than room, the last of each
 * piece stands for it; values that are not finite are left out.
 */
export function sparkline(values: readonly number[], width = 24): string {
  const finite = values.filter(Number.isFinite);
  const shown =
    finite.length <= width
      ? finite
      : Array.from({ length: width }, (_, at) => finite[Math.ceil(((at + 1) * finite.length) / width) - 1] ?? 0);
  const low = shown.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = shown.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const level = (value: number) => (high > low ? Math.round(((value - low) / (high - low)) * (LEVELS.length - 1)) : 0);
  return shown.map((value) => LEVELS[level(value)]).join('');
}
