const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A metric's value as programs print it, `nan` and `inf` in any case included. Undefined when it is no number. */
export function parseMetricValue(text: string): number | undefined {
  const value = text.trim().toLowerCase();
  if (NUMBER.test(value)) return Number(value);
  const unsigned = value.replace(/^[+-]/, '');
  if (unsigned === 'nan') return Number.NaN;
  if (unsigned !== 'inf' && unsigned !== 'infinity') return undefined;
  return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
