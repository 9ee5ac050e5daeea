import Table from 'cli-table3';
import type { Terminal } from '../terminal.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows under dim titles, without rules; numbers stand right. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const none = {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' },
    ...{ 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' },
    ...{ right: '', 'right-mid': '', middle: '  ' },
  };
  const table = new Table({
    chars: none,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: columns.map((column) => terminal.colors.dim(column.title)),
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
