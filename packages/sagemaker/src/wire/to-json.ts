/** A response as AWS JSON 1.1 writes it: Dates as epoch seconds, undefined members left out. */
export function toJson(value: unknown): string {
  return JSON.stringify(wireValue(value));
}

function wireValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(wireValue);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, wireValue(entry)]));
  }
  // JSON has no word for these; the protocol writes them as text.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
