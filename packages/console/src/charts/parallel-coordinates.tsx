import { useCallback, useMemo, useRef } from 'react';
import { formatNumber } from '../design/format.js';
import { axisLooks, parameterAxis } from './axis.js';
import { Chart } from './chart.js';
import { NO_OBJECTIVE_YET, type TuningChartProps } from './chart-props.js';
import type { ChartColors } from './colors.js';
import { brushed, drawnLines, type ParallelDimension, parallelCoordinates } from './parallel-coordinates-data.js';
import { describeTrainingJob, tooltip } from './tooltip.js';

/** Pixels between two axes, for their names. */
const MIN_DIMENSION_WIDTH = 100;

interface ParallelCoordinatesProps extends TuningChartProps {
  /** Names of the training jobs that pass the brushes, or undefined when nothing is brushed. */
  readonly onBrush: (names: ReadonlySet<string> | undefined) => void;
}

/** Every training job as a line through its hyperparameters to its objective. Drag along an axis to select. */
export function ParallelCoordinates({ job, trainingJobs, onPick, onBrush }: ParallelCoordinatesProps) {
  const { dimensions, lines } = useMemo(() => parallelCoordinates(job, trainingJobs), [job, trainingJobs]);
  const shown = useRef(lines);
  shown.current = lines;
  const brushes = useRef(new Map<number, readonly (readonly [number, number])[]>());
  const events = useMemo(
    () => ({
      axisareaselected: (params: unknown) => {
        const { parallelAxisId, intervals } = params as { parallelAxisId: string; intervals: [number, number][] };
        brushes.current.set(Number(parallelAxisId), intervals);
        onBrush(brushed(shown.current, brushes.current));
      },
    }),
    [onBrush],
  );
  const better = job.objective.type;
  const drawn = useMemo(() => drawnLines(lines, better), [lines, better]);
  const option = useCallback(
    (colors: ChartColors) => {
      const last = dimensions.length - 1;
      const ends = [drawn[0], drawn.at(-1)].map((line) => line?.places[last] ?? 0);
      const ramp = better === 'Maximize' ? colors.ramp : [...colors.ramp].reverse();
      return {
        parallel: { left: 64, right: 72, top: 40, bottom: 24 },
        parallelAxis: dimensions.map((dimension, at) => parallelAxis(dimension, at, colors)),
        visualMap: {
          ...{ show: false, dimension: last, min: Math.min(...ends), max: Math.max(...ends) },
          inRange: { color: [...ramp] },
        },
        tooltip: {
          ...tooltip(colors),
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const line = drawn[dataIndex];
            return line === undefined ? '' : describeTrainingJob(line.job);
          },
        },
        series: {
          ...{ id: 'lines', type: 'parallel', smooth: false, progressive: 200, inactiveOpacity: 0.04 },
          activeOpacity: 0.9,
          lineStyle: { width: drawn.length > 500 ? 1 : 1.6, opacity: drawn.length > 500 ? 0.25 : 0.6 },
          dimensions: dimensions.map((_, at) => `place${at}`),
          data: Float64Array.from(drawn.flatMap((line) => line.places)),
        },
      };
    },
    [dimensions, drawn, better],
  );
  return (
    <Chart
      title="Parallel coordinates"
      description={`${lines.length} training jobs over ${dimensions.map((dimension) => dimension.name).join(', ')}.`}
      name={`${job.name}-parallel`}
      option={option}
      size="tall"
      minWidth={MIN_DIMENSION_WIDTH * dimensions.length}
      empty={lines.length === 0 ? NO_OBJECTIVE_YET : undefined}
      events={events}
      note={`Drag along an axis to select; click it to clear. The table below shows what is selected.${
        drawn.length < lines.length
          ? ` Of ${lines.length} training jobs ${drawn.length} are drawn, evenly from the worst to the best; all are selected among.`
          : ''
      }`}
      onPick={(_series, place) => {
        const picked = drawn[place];
        if (picked !== undefined) onPick(picked.job.name);
      }}
      table={() => ({
        header: ['training job', ...dimensions.map((dimension) => dimension.name)],
        rows: lines.map(({ job: one }) => [
          one.name,
          ...dimensions.map(({ name, range }) => (range === undefined ? one.objectiveValue : one.configuration[name])),
        ]),
      })}
    />
  );
}

function parallelAxis(dimension: ParallelDimension, at: number, colors: ChartColors) {
  const looks =
    dimension.range === undefined
      ? {
          ...axisLooks(colors),
          type: 'value',
          scale: true,
          axisLabel: { color: colors.quiet, formatter: formatNumber },
        }
      : parameterAxis(dimension.range, colors);
  return {
    ...looks,
    id: String(at),
    dim: at,
    name: dimension.name,
    nameTextStyle: { color: colors.text, fontWeight: 600 },
    // An axis that runs downwards has its end below; all names stand above.
    nameLocation: 'inverse' in looks ? 'start' : 'end',
    nameTruncate: { maxWidth: 120 },
    axisLine: { lineStyle: { color: colors.quiet } },
    areaSelectStyle: { width: 16, borderColor: colors.accent, color: colors.accent, opacity: 0.25 },
  };
}
