/**
 * A value as an XML element: members and list elements are elements in it, Dates are ISO 8601, undefined is left out.
 */
export function element(name: string, value: unknown): string {
  return value === undefined ? '' : `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((entry) => element('member', entry)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, entry]) => element(name, entry))
      .join('');
  }
  return escaped(String(value));
}

function escaped(text: string): string {
  return text.replace(UNWRITABLE, '\u{fffd}').replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** XML 1.0 has no way to write these characters. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
