import type { Filter, SearchExpression } from '@aws-sdk/client-sagemaker';
import type { TimeWindow } from '@fleetune/scheduler';
import type { Validated } from '../model/validated.js';
import type { JobKind, JobListing } from './job-kinds.js';
import { parseTime } from './parse-time.js';

type Narrowing = TimeWindow & Pick<JobListing, 'nameContains' | 'status'>;

/**
 * What of an expression the listing of jobs can look for by itself. Every job that the expression finds is in the
 * listing; the listing may have more.
 */
export function narrowing(expression: Validated<SearchExpression> | undefined, kind: JobKind): Narrowing {
  const { Filters = [], Operator = 'And' } = expression ?? {};
  if (Operator !== 'And') return {};
  return Object.assign({}, ...Filters.map((filter) => narrowingBy(filter, kind)));
}

function narrowingBy({ Name, Operator = 'Equals', Value }: Validated<Filter>, kind: JobKind): Narrowing {
  if (Value === undefined) return {};
  if (Name === kind.nameProperty && (Operator === 'Equals' || Operator === 'Contains')) return { nameContains: Value };
  if (Name === kind.statusProperty && Operator === 'Equals' && kind.statuses.includes(Value)) return { status: Value };
  const timeMs = parseTime(Value);
  if (timeMs === undefined) return {};
  if (Name === 'CreationTime') return window(Operator, timeMs, 'creationAfterMs', 'creationBeforeMs');
  return Name === 'LastModifiedTime' ? window(Operator, timeMs, 'modifiedAfterMs', 'modifiedBeforeMs') : {};
}

/** The ends of a listing's window are outside of it. */
function window(
  operator: string,
  timeMs: number,
  after: keyof TimeWindow,
  before: keyof TimeWindow,
): Partial<Record<keyof TimeWindow, number>> {
  if (operator.startsWith('GreaterThan')) return { [after]: timeMs - 1 };
  return operator.startsWith('LessThan') ? { [before]: timeMs + 1 } : {};
}
