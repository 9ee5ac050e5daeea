import type { SortOrder } from '@fleetune/scheduler';
import { isDecimal } from './filter.js';
import type { Property } from './property.js';

/** Text is sorted by so many characters, so that a place in the order fits into a token. */
const MAX_SORTED_CHARACTERS = 200;

/** A record's place in a sorted answer. Those without a value come last in either order. */
export interface Place {
  readonly value?: number | string;
  /** Of the record, to tell apart those with the same value. */
  readonly name: string;
}

export interface Placed {
  readonly place: Place;
  readonly record: unknown;
}

export function sortRecords(
  records: readonly unknown[],
  property: Property,
  nameOf: (record: unknown) => string,
  order: SortOrder,
): Placed[] {
  const placed = records.map((record) => ({
    place: { value: sortValue(property, record), name: nameOf(record) },
    record,
  }));
  return placed.sort((a, b) => comparePlaces(a.place, b.place, order));
}

/** Below 0 when `a` comes first. */
export function comparePlaces(a: Place, b: Place, order: SortOrder): number {
  if (a.value === undefined || b.value === undefined) {
    if (a.value !== b.value) return a.value === undefined ? 1 : -1;
    return compare(a.name, b.name);
  }
  const byValue = compareValues(a.value, b.value);
  if (byValue === 0) return compare(a.name, b.name);
  return order === 'Ascending' ? byValue : -byValue;
}

function sortValue(property: Property, record: unknown): number | string | undefined {
  const [value] = property.read(record);
  if (value === undefined || property.type === 'whole') return undefined;
  if (property.type === 'number' || property.type === 'time')
    return Number.isNaN(Number(value)) ? undefined : Number(value);
  const text = String(value);
  return property.type === 'hyperparameter' && isDecimal(text) ? Number(text) : text.slice(0, MAX_SORTED_CHARACTERS);
}

/** Numbers before text. */
function compareValues(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return compare(a, b);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
