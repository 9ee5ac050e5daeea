import type { Fault } from '@fleetune/api/contract';
import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';

/** A fault with its place in the file, both counted from 1. */
export interface LocatedFault extends Fault {
  readonly line: number;
  readonly column: number;
}

/** Finds faults in a YAML document: at the name of the field, or of the nearest one around it that exists. */
export function locator(document: Document, lines: LineCounter): (fault: Fault) => LocatedFault {
  return (fault) => {
    const { line, col } = lines.linePos(offsetOf(document, fault.path));
    return { ...fault, line, column: col };
  };
}

function offsetOf(document: Document, path: Fault['path']): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)];
      if (item === undefined) break;
      offset = startOf(item);
      node = item;
    } else {
      break;
    }
  }
  return offset;
}

function startOf(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}
