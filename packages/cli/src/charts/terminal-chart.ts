import plot from 'simple-ascii-chart';
import { formatValue } from '../render/numbers.js';
import type { Terminal } from '../terminal.js';
import type { Axis, Chart, Point, Series } from './chart.js';

const HEIGHT = 16;
/** Room for the labels of the vertical axis. */
const MARGIN = 14;
const COLOURS = ['ansiGreen', 'ansiCyan', 'ansiYellow', 'ansiMagenta', 'ansiBlue', 'ansiRed'] as const;
const TICKS = 5;

/** Draws a chart with characters, as wide as the terminal allows. */
export function terminalChart(chart: Chart, terminal: Terminal): string {
  const series = chart.series.map((one, index) => ({
    ...one,
    places: one.points.map(([x, y]): [number, number] => [position(x, chart.x), y]),
    color: COLOURS[index % COLOURS.length] as (typeof COLOURS)[number],
  }));
  const places = series.flatMap((one) => one.places);
  const lines = series.filter(({ kind }) => kind === 'line');
  // Points among lines are drawn over them; the axes are made for the lines, which reach as far.
  const drawn = lines.length > 0 ? lines : series;
  const overlaid = lines.length > 0 ? series.filter(({ kind }) => kind === 'points') : [];
  const yRange = spread(places.map(([, y]) => y));
  const yTicks = ticks(...yRange);
  const yLabels = labelsOf(yTicks);
  const picture = plot(
    drawn.map((one) => one.places),
    {
      mode: lines.length > 0 ? 'line' : 'point',
      width: Math.max(20, Math.min(100, terminal.columns() - MARGIN)),
      height: HEIGHT,
      color: drawn.map(({ color }) => color),
      points: overlaid.flatMap((one) => one.places.map(([x, y]) => ({ x, y, color: one.color }))),
      yRange,
      customXAxisTicks: ticks(...bounds(places.map(([x]) => x))),
      customYAxisTicks: yTicks,
      formatter: (value, { axis }) => (axis === 'x' ? label(value, chart.x) : nearest(value, yTicks, yLabels)),
      symbols: { point: '●' },
    },
  );
  const legend = chart.series.length > 1 ? [chart.series.map((one) => legendOf(one)).join('   ')] : [];
  const { bold, dim } = terminal.colors;
  return [bold(chart.title), ...legend, picture.replace(/[ \t]+$/gm, ''), dim(chart.x.label)].join('\n');
}

function legendOf({ name, kind }: Series): string {
  return `${kind === 'line' ? '━' : '●'} ${name}`;
}

function position(x: Point[0], axis: Axis): number {
  return axis.scale === 'logarithmic' ? Math.log10(x) : x;
}

function label(at: number, axis: Axis): string {
  if (axis.categories !== undefined) return axis.categories[Math.round(at)] ?? '';
  const value = axis.scale === 'logarithmic' ? 10 ** at : at;
  return formatValue(Number(value.toPrecision(3)));
}

/** All as wide as the widest: narrower ones would have their first characters cut off. */
function labelsOf(values: readonly number[]): string[] {
  const texts = values.map((value) => formatValue(Number(value.toPrecision(4))));
  const width = Math.max(...texts.map((text) => text.length));
  return texts.map((text) => text.padStart(width));
}

/** The label of the tick that the library means: it hands out what it has rounded. */
function nearest(value: number, at: readonly number[], labels: readonly string[]): string {
  const distances = at.map((tick) => Math.abs(tick - value));
  return labels[distances.indexOf(Math.min(...distances))] ?? '';
}

function bounds(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** A range that is not empty, so that one value can be drawn as well. */
function spread(values: readonly number[]): [number, number] {
  const [low, high] = bounds(values);
  return low === high ? [low - 1, high + 1] : [low, high];
}

function ticks(low: number, high: number): number[] {
  if (low === high) return [low];
  return Array.from({ length: TICKS }, (_, index) => low + ((high - low) * index) / (TICKS - 1));
}
