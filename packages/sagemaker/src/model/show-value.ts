const MAX_SHOWN_CHARACTERS = 256;

/** A refused value as the messages of the service print it: text as it is, `[a, b]` and `{k=v}`, cut when long. */
export function showValue(value: unknown): string {
  const shown = render(value, MAX_SHOWN_CHARACTERS);
  return shown.length > MAX_SHOWN_CHARACTERS ? `${shown.slice(0, MAX_SHOWN_CHARACTERS)}...` : shown;
}

/** Stops going deeper once `room` characters are spent, so that a huge value costs no more than a small one. */
function render(value: unknown, room: number): string {
  if (value === null || typeof value !== 'object') return String(value).slice(0, room + 1);
  if (room <= 0) return '';
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  let shown = '';
  for (const [key, entry] of Object.entries(value)) {
    if (shown !== '') shown += ', ';
    if (!Array.isArray(value)) shown += `${key}=`;
    if (shown.length > room) break;
    shown += render(entry, room - shown.length - 1);
  }
  return `${open}${shown}${close}`;
}
