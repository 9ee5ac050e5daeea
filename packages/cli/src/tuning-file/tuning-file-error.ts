import { faultSentence } from '@fleetune/api/contract';
import type { LocatedFault } from './location.js';

/** A tuning file that cannot be used, with every fault shown where it stands. */
export class TuningFileError extends Error {
  override readonly name = 'TuningFileError';
  readonly file: string;
  readonly faults: readonly LocatedFault[];
  constructor(file: string, text: string, faults: readonly LocatedFault[]) {
    const ordered = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = text.split('\n');
    super(ordered.map((fault) => frame(file, lines, fault)).join('\n\n'));
    this.file = file;
    this.faults = ordered;
  }
}

function frame(file: string, lines: readonly string[], fault: LocatedFault): string {
  const margin = String(fault.line).padStart(5);
  return [
    `${file}:${fault.line}:${fault.column}  ${faultSentence(fault)}`,
    `${margin} | ${(lines[fault.line - 1] ?? '').trimEnd()}`,
    `${' '.repeat(margin.length)} | ${' '.repeat(fault.column - 1)}^`,
  ].join('\n');
}
