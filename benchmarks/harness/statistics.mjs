/** The value below which the share `q` (0 to 1) of the samples lies, by linear interpolation. */
function quantile(samples, q) {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export function median(samples) {
  return quantile(samples, 0.5);
}

/** Median and tail of a run, rounded for people. */
export function summary(samples) {
  return { p50: round(quantile(samples, 0.5)), p99: round(quantile(samples, 0.99)) };
}

export function round(value, digits = 2) {
  return Number(value.toFixed(digits));
}
