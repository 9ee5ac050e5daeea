const WIDTH = 100;

/** A value as Python writes it, over several lines where one would be too long. */
export function pythonLiteral(value: unknown, indent = ''): string {
  const flat = flatLiteral(value);
  if (indent.length + flat.length <= WIDTH || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}    `;
  if (Array.isArray(value)) {
    return `[\n${value.map((one) => `${inner}${pythonLiteral(one, inner)},\n`).join('')}${indent}]`;
  }
  const lines = Object.entries(value).map(([key, one]) => `${inner}${text(key)}: ${pythonLiteral(one, inner)},\n`);
  return `{\n${lines.join('')}${indent}}`;
}

function flatLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(flatLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, one]) => `${text(key)}: ${flatLiteral(one)}`)
      .join(', ')}}`;
  }
  return text(String(value));
}

/** JSON's escapes are Python's as well. */
function text(value: string): string {
  return JSON.stringify(value);
}
