import { useCallback, useMemo, useState } from 'react';
import { formatNumber } from '../design/format.js';
import { axisLooks, parameterAxis, type ShownRange } from './axis.js';
import { Chart } from './chart.js';
import type { TuningChartProps } from './chart-props.js';
import type { ChartColors } from './colors.js';
import type { LandscapeAnswer } from './landscape/answer-landscape.js';
import { FEWEST_TRIALS, type LandscapeQuestion } from './landscape/landscape-question.js';
import { objectiveByParameter } from './objective-by-parameter-data.js';
import { tooltip } from './tooltip.js';

interface DrawApi {
  coord(point: readonly [number, number]): [number, number];
  visual(name: 'color'): string;
}

interface ContourChartProps extends TuningChartProps {
  readonly landscape: LandscapeAnswer | undefined;
  readonly pair: LandscapeQuestion['pair'];
  readonly onPair: (pair: readonly [string, string]) => void;
}

/** What the model expects over two hyperparameters, or how unsure it is there, with the training jobs it knows. */
export function ContourChart({ job, trainingJobs, onPick, landscape, pair, onPair }: ContourChartProps) {
  const [shown, setShown] = useState<'mean' | 'deviation'>('mean');
  const ranges = useMemo(() => numericRanges(job.definitions[0]?.ranges ?? []), [job.definitions]);
  const contour = landscape?.contour;
  const x = ranges.find(({ name }) => name === contour?.x);
  const y = ranges.find(({ name }) => name === contour?.y);
  const points = useMemo(() => jobsOver(x, y, trainingJobs), [x, y, trainingJobs]);
  const { metric, type } = job.objective;
  const bestName = job.bestTrainingJob?.name;
  const option = useCallback(
    (colors: ChartColors) => {
      if (contour === undefined || x === undefined || y === undefined) return {};
      const { cells } = contour;
      const values = cells.map((cell) => cell[shown]);
      const good = type === 'Maximize' ? colors.ramp : colors.ramp.toReversed();
      return {
        grid: { left: 12, right: 140, top: 30, bottom: 26, containLabel: true },
        xAxis: { ...axisLooks(colors), ...parameterAxis(x, colors), name: x.name, nameLocation: 'middle', nameGap: 26 },
        yAxis: { ...axisLooks(colors), ...parameterAxis(y, colors), name: y.name },
        visualMap: {
          ...{
            type: 'piecewise',
            splitNumber: 9,
            seriesIndex: 0,
            dimension: 4,
            orient: 'vertical',
            right: 0,
            top: 'middle',
          },
          ...{ min: Math.min(...values), max: Math.max(...values), precision: 4, itemHeight: 12, itemGap: 2 },
          inRange: { color: shown === 'mean' ? [...good] : [colors.surface, colors.accent] },
          ...{ textStyle: { color: colors.quiet, fontSize: 11 }, formatter: levelText, selectedMode: false },
        },
        tooltip: {
          ...tooltip(colors),
          formatter: ({ seriesId, dataIndex }: { seriesId: string; dataIndex: number }) => {
            const cell = seriesId === 'model' ? cells[dataIndex] : undefined;
            if (cell !== undefined) return `expected ${formatNumber(cell.mean)} ± ${formatNumber(cell.deviation)}`;
            const { job: one } = points[dataIndex] ?? {};
            return one === undefined ? '' : `${one.name}  ${formatNumber(one.objectiveValue)}`;
          },
        },
        series: [
          {
            ...{ id: 'model', type: 'custom', dimensions: ['x', 'toX', 'y', 'toY', 'value'], clip: true },
            encode: { x: [0, 1], y: [2, 3] },
            renderItem: ({ dataIndex }: { dataIndex: number }, api: DrawApi) => {
              const cell = cells[dataIndex];
              if (cell === undefined) return undefined;
              const [fromX, fromY] = api.coord([cell.x[0], cell.y[0]]);
              const [toX, toY] = api.coord([cell.x[1], cell.y[1]]);
              const [left, top] = [Math.floor(Math.min(fromX, toX)), Math.floor(Math.min(fromY, toY))];
              const [right, bottom] = [Math.ceil(Math.max(fromX, toX)), Math.ceil(Math.max(fromY, toY))];
              const shape = { x: left, y: top, width: right - left, height: bottom - top };
              return { type: 'rect', shape, style: { fill: api.visual('color') } };
            },
            data: Float64Array.from(cells.flatMap((cell) => [...cell.x, ...cell.y, cell[shown]])),
          },
          {
            ...{ id: 'jobs', type: 'scatter', symbolSize: points.length > 500 ? 3 : 6, z: 3 },
            itemStyle: { color: colors.text, opacity: 0.7, borderColor: colors.surface, borderWidth: 1 },
            data: points.map((point) => [point.x, point.y]),
          },
          {
            ...{ id: 'best', type: 'scatter', symbol: 'diamond', symbolSize: 17, z: 5, silent: true },
            itemStyle: { color: 'transparent', borderColor: colors.text, borderWidth: 2.5 },
            data: points.flatMap((point) => (point.job.name === bestName ? [[point.x, point.y]] : [])),
          },
        ],
      };
    },
    [contour, x, y, points, shown, type, bestName],
  );
  if (ranges.length < 2) return null;
  const [xName, yName] = pair ?? ['', ''];
  const choice = (label: string, value: string, change: (name: string) => void) => (
    <select
      className="input chart-choice"
      aria-label={label}
      value={value}
      onChange={(event) => change(event.target.value)}
    >
      {ranges.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
  return (
    <Chart
      title="Contour of the model"
      description={`${shown === 'mean' ? metric : `Uncertainty of ${metric}`} over ${contour?.x} and ${contour?.y}; a diamond marks the best.`}
      name={`${job.name}-contour`}
      option={option}
      size="tall"
      empty={
        contour === undefined || x === undefined || y === undefined
          ? `A model needs ${FEWEST_TRIALS} completed training jobs and a moment to be fitted.`
          : undefined
      }
      controls={
        <>
          {choice('Across', xName, (name) => onPair([name, name === yName ? xName : yName]))}
          {choice('Upwards', yName, (name) => onPair([name === xName ? yName : xName, name]))}
          <button
            type="button"
            className="button button-small"
            aria-pressed={shown === 'deviation'}
            onClick={() => setShown(shown === 'mean' ? 'deviation' : 'mean')}
          >
            uncertainty
          </button>
        </>
      }
      note={
        landscape === undefined
          ? undefined
          : `A Gaussian process over ${landscape.trialCount} completed training jobs, the kind that the Bayesian strategy searches with; other hyperparameters as in the best one.`
      }
      onPick={(seriesId, place) => {
        const picked = seriesId === 'jobs' ? points[place] : undefined;
        if (picked !== undefined) onPick(picked.job.name);
      }}
      table={() => ({
        header: [`${contour?.x ?? 'x'} from`, 'to', `${contour?.y ?? 'y'} from`, 'to', metric, 'standard deviation'],
        rows: (contour?.cells ?? []).map((cell) => [...cell.x, ...cell.y, cell.mean, cell.deviation]),
      })}
    />
  );
}

/** Ranges that a plane can be laid over. */
export function numericRanges(ranges: readonly ShownRange[]): readonly ShownRange[] {
  return ranges.filter(({ kind, min = 0, max = 0 }) => kind !== 'categorical' && max > min);
}

function jobsOver(
  x: ShownRange | undefined,
  y: ShownRange | undefined,
  trainingJobs: ContourChartProps['trainingJobs'],
) {
  if (x === undefined || y === undefined) return [];
  const yPlaces = new Map(objectiveByParameter(y, trainingJobs).map((point) => [point.job.name, point.x]));
  return objectiveByParameter(x, trainingJobs).flatMap((point) => {
    const yPlace = yPlaces.get(point.job.name);
    return yPlace === undefined ? [] : [{ job: point.job, x: point.x, y: yPlace }];
  });
}

function levelText(from: number, to: number): string {
  return `${formatNumber(from)} – ${formatNumber(to)}`;
}
