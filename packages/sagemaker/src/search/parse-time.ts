const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** Milliseconds since 1970 of a time in ISO 8601, in UTC unless it says otherwise; undefined for all other text. */
export function parseTime(text: string): number | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, day, clock = '00:00:00', zone = 'Z'] = match;
  const timeMs = Date.parse(`${day}T${clock}${zone}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
