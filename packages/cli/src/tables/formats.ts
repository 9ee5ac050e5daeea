import { stringify } from 'csv-stringify/sync';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Column } from './table.js';

export const FORMATS = ['csv', 'json', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** Writes a table. Times are ISO 8601 in text, timestamps in Parquet; what is not there is empty, or null. */
export function formatTable(columns: readonly Column[], format: Format): string | Uint8Array {
  switch (format) {
    case 'csv':
      return stringify(rows(columns), { header: true, columns: columns.map(({ name }) => name) });
    case 'json':
      return `${JSON.stringify(rows(columns), null, 2)}\n`;
    case 'parquet':
      return new Uint8Array(parquetWriteBuffer({ columnData: columns.map(parquetColumn) }));
  }
}

function rows(columns: readonly Column[]): Record<string, string | number | null>[] {
  const count = columns[0]?.values.length ?? 0;
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column.name, cell(column, row)])),
  );
}

/** JSON has no NaN and no infinities: they are written by name, as everywhere else. */
function cell({ type, values }: Column, row: number): string | number | null {
  const value = values[row];
  if (value === undefined) return null;
  if (typeof value === 'number' && type === 'time') return new Date(value).toISOString();
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function parquetColumn({ name, type, values }: Column) {
  switch (type) {
    case 'text':
      return {
        name,
        type: 'STRING' as const,
        data: values.map((value) => (value === undefined ? null : String(value))),
      };
    case 'number':
      return {
        name,
        type: 'DOUBLE' as const,
        data: values.map((value) => (value === undefined ? null : Number(value))),
      };
    case 'time':
      return {
        name,
        type: 'TIMESTAMP' as const,
        data: values.map((value) => (value === undefined ? null : new Date(value))),
      };
  }
}
