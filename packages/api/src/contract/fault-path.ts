/** Where a fault stands in a request: field names and list positions from the outside in. */
export type FaultPath = readonly (string | number)[];

/** Writes a path as `limits.maxTrainingJobs`, `instances[0].type` or `ranges["a.b"].min`; the whole body is ``. */
export function formatFaultPath(path: FaultPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** Reads what {@link formatFaultPath} wrote. Text that it cannot have written ends the path early. */
export function parseFaultPath(text: string): FaultPath {
  const path: (string | number)[] = [];
  const part = /\.?([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const [, name, position, quoted] = match;
    if (name !== undefined) path.push(name);
    else if (position !== undefined) path.push(Number(position));
    else path.push(JSON.parse(quoted ?? '""') as string);
  }
  return path;
}
