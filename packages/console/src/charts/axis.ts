import type { TuningJob } from '@fleetune/api/contract';
import type { ParameterRange } from '@fleetune/domain';
import { resolveScaling } from '@fleetune/domain';
import { formatNumber } from '../design/format.js';
import type { ChartColors } from './colors.js';

export type ShownRange = TuningJob['definitions'][number]['ranges'][number];

/** How a hyperparameter lies on an axis. */
export interface ParameterScale {
  readonly kind: 'linear' | 'log' | 'reverseLog' | 'category';
  /** Of categorical ranges, in their order. */
  readonly values: readonly string[];
  /** Where a value is drawn; undefined for one that the axis cannot show. */
  readonly place: (value: number | string | undefined) => number | undefined;
  /** The text at a place of the axis. */
  readonly label: (place: number) => string;
}

/** The scale that the search itself walks the range by. */
export function parameterScale(range: ShownRange): ParameterScale {
  if (range.kind === 'categorical') {
    const values = range.values ?? [];
    const place = (value: number | string | undefined) => {
      const found = values.indexOf(String(value));
      return found < 0 ? undefined : found;
    };
    return { kind: 'category', values, place, label: (at) => values[at] ?? '' };
  }
  const scaling = resolveScaling(range as Exclude<ParameterRange, { kind: 'categorical' }>);
  if (scaling === 'ReverseLogarithmic') {
    const place = (value: number | string | undefined) => positive(1 - Number(value));
    return { kind: 'reverseLog', values: [], place, label: (at) => formatNumber(1 - at) };
  }
  if (scaling === 'Logarithmic') return { kind: 'log', values: [], place: positiveNumber, label: formatNumber };
  return { kind: 'linear', values: [], place: finiteNumber, label: formatNumber };
}

function finiteNumber(value: number | string | undefined): number | undefined {
  const number = value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function positiveNumber(value: number | string | undefined): number | undefined {
  const number = finiteNumber(value);
  return number === undefined ? undefined : positive(number);
}

function positive(number: number): number | undefined {
  return number > 0 && Number.isFinite(number) ? number : undefined;
}

/** An axis of the library's for a hyperparameter. */
export function parameterAxis(range: ShownRange, colors: ChartColors): Record<string, unknown> {
  const scale = parameterScale(range);
  const looks = axisLooks(colors);
  if (scale.kind === 'category') return { ...looks, type: 'category', data: [...scale.values] };
  const { min = 0, max = 1 } = range;
  const ends =
    scale.kind === 'reverseLog' ? { min: positive(1 - max), max: positive(1 - min), inverse: true } : { min, max };
  return {
    ...looks,
    ...ends,
    type: scale.kind === 'linear' ? 'value' : 'log',
    axisLabel: { color: colors.quiet, formatter: scale.label, hideOverlap: true },
  };
}

/** What every axis looks like. */
export function axisLooks(colors: ChartColors): Record<string, unknown> {
  return {
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { lineStyle: { color: colors.line } },
    axisLabel: { color: colors.quiet, hideOverlap: true, formatter: undefined },
    splitLine: { lineStyle: { color: colors.line, opacity: 0.6 } },
    nameTextStyle: { color: colors.quiet },
  };
}

/** An axis of objective values: it need not begin at zero. */
export function objectiveAxis(name: string, colors: ChartColors): Record<string, unknown> {
  return {
    ...axisLooks(colors),
    type: 'value',
    scale: true,
    name,
    nameLocation: 'end',
    nameTextStyle: { color: colors.quiet, align: 'left' },
    axisLabel: { color: colors.quiet, formatter: formatNumber },
  };
}
