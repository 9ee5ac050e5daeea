import { useCallback, useMemo } from 'react';
import { formatDuration, formatNumber } from '../design/format.js';
import { axisLooks } from './axis.js';
import { Chart } from './chart.js';
import type { TuningChartProps } from './chart-props.js';
import { type ChartColors, statusColor } from './colors.js';
import { timeUnit } from './time-unit.js';
import { type TimelineBar, timeline } from './timeline-data.js';
import { describeTrainingJob, tooltip } from './tooltip.js';

/** What the library hands to a function that draws one item. */
interface DrawApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
  size(size: [number, number]): [number, number];
}

interface TimelineProps extends TuningChartProps {
  readonly nowMs: number;
}

/** Pixels. */
const LEAST_WIDTH = 0.3;

/** When each training job waited and ran, by lanes that ran side by side. */
export function Timeline({ job, trainingJobs, onPick, nowMs }: TimelineProps) {
  const bars = useMemo(() => timeline(trainingJobs, nowMs), [trainingJobs, nowMs]);
  const laneCount = bars.reduce((count, bar) => Math.max(count, bar.lane + 1), 0);
  const createdMs = job.creationTimeMs;
  const endMs = bars.reduce((latest, bar) => Math.max(latest, bar.toMs), createdMs);
  const unit = timeUnit((endMs - createdMs) / 1000);
  const option = useCallback(
    (colors: ChartColors) => ({
      grid: { left: 12, right: 24, top: 12, bottom: 68, containLabel: true },
      xAxis: {
        ...axisLooks(colors),
        type: 'value',
        ...{ name: `${unit.name} since creation`, nameLocation: 'middle', nameGap: 26 },
      },
      yAxis: {
        ...axisLooks(colors),
        ...{ type: 'value', min: 0, max: Math.max(1, laneCount), inverse: true, minInterval: 1 },
        axisLabel: { show: false },
        splitLine: { show: false },
      },
      dataZoom: [
        { type: 'inside', filterMode: 'weakFilter' },
        {
          ...{ type: 'slider', filterMode: 'weakFilter', height: 22, bottom: 10, borderColor: colors.line },
          ...{ textStyle: { color: colors.quiet }, labelFormatter: formatNumber, showDataShadow: false },
        },
      ],
      tooltip: {
        ...tooltip(colors),
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const bar = bars[dataIndex];
          return bar === undefined ? '' : `${describeTrainingJob(bar.job)}\n${spent(bar)}`;
        },
      },
      series: PARTS.map(({ id, opacity, from, to }) => ({
        ...{ id, type: 'custom', progressive: 500, encode: { x: [1, 2], y: 0 } },
        renderItem: (params: { dataIndex: number }, api: DrawApi) =>
          drawPart(api, statusColor(colors, bars[params.dataIndex]?.job.status ?? 'Completed'), opacity),
        dimensions: ['lane', 'from', 'to'],
        data: Float64Array.from(
          bars.flatMap((bar) => [
            bar.lane,
            ...[from(bar), to(bar)].map((ms) => (ms - createdMs) / 1000 / unit.seconds),
          ]),
        ),
      })),
    }),
    [bars, laneCount, createdMs, unit.seconds, unit.name],
  );
  return (
    <Chart
      title="Timeline"
      description={`${bars.length} training jobs, at most ${laneCount} at the same time.`}
      name={`${job.name}-timeline`}
      option={option}
      empty={bars.length === 0 ? 'No training job has been launched yet.' : undefined}
      note="Pale: waiting, starting. Full: training. Coloured by status."
      onPick={(_series, place) => {
        const picked = bars[place];
        if (picked !== undefined) onPick(picked.job.name);
      }}
      table={() => ({
        header: [
          ...['training job', 'status', 'lane', 'created ms', 'training started ms', 'ended ms'],
          ...['instance type', 'attempts'],
        ],
        rows: bars.map(({ job: one, lane, fromMs, startMs, toMs }) => [
          ...[one.name, one.status, lane, fromMs, startMs, toMs, one.instanceType, one.attemptCount],
        ]),
      })}
    />
  );
}

/** What each bar is made of, from left to right. */
const PARTS = [
  {
    id: 'waited',
    opacity: 0.35,
    from: (bar: TimelineBar) => bar.fromMs,
    to: (bar: TimelineBar) => bar.startMs ?? bar.toMs,
  },
  {
    id: 'trained',
    opacity: 0.95,
    from: (bar: TimelineBar) => bar.startMs ?? bar.toMs,
    to: (bar: TimelineBar) => bar.toMs,
  },
] as const;

/** Undefined where there is nothing to see. */
function drawPart(api: DrawApi, fill: string, opacity: number) {
  const lane = api.value(0);
  const [x, y] = api.coord([api.value(1), lane]);
  const [toX] = api.coord([api.value(2), lane]);
  if (toX - x < LEAST_WIDTH) return undefined;
  const height = api.size([0, 1])[1];
  return {
    type: 'rect',
    shape: { x, y: y + height * 0.12, width: toX - x, height: Math.max(1, height * 0.76) },
    style: { fill, opacity },
  };
}

function spent(bar: TimelineBar): string {
  const waited = ((bar.startMs ?? bar.toMs) - bar.fromMs) / 1000;
  const trained = bar.startMs === undefined ? 0 : (bar.toMs - bar.startMs) / 1000;
  const { attemptCount, instanceType } = bar.job;
  const where = instanceType === undefined ? '' : ` on ${instanceType}`;
  const again = attemptCount > 1 ? `; interrupted or lost ${attemptCount - 1} times` : '';
  return `waited and started ${formatDuration(waited)}, trained ${formatDuration(trained)}${where}${again}`;
}
