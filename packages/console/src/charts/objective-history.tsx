import { useCallback, useMemo, useState } from 'react';
import { formatNumber } from '../design/format.js';
import { axisLooks, objectiveAxis } from './axis.js';
import { Chart } from './chart.js';
import { NO_OBJECTIVE_YET, type TuningChartProps } from './chart-props.js';
import type { ChartColors } from './colors.js';
import { type HistoryAxis, objectiveHistory } from './objective-history-data.js';
import { pointsByStatus } from './points-by-status.js';
import { timeUnit } from './time-unit.js';
import { describeTrainingJob, tooltip } from './tooltip.js';

const AXES = [
  { axis: 'time', title: 'by time' },
  { axis: 'number', title: 'by number' },
] as const;

/** The objective of each training job, and the best so far, over time or over their number. */
export function ObjectiveHistory({ job, trainingJobs, onPick }: TuningChartProps) {
  const [axis, setAxis] = useState<HistoryAxis>('time');
  const { points, best } = useMemo(() => objectiveHistory(job, trainingJobs, axis), [job, trainingJobs, axis]);
  const unit = axis === 'time' ? timeUnit(points.at(-1)?.x ?? 0) : { seconds: 1, name: '' };
  const drawn = useMemo(
    () => pointsByStatus(points.map((point) => ({ ...point, x: point.x / unit.seconds }))),
    [points, unit.seconds],
  );
  const { metric } = job.objective;
  const option = useCallback(
    (colors: ChartColors) => {
      const last = best.at(-1);
      const end = points.at(-1);
      const line = best.map((point) => [point.x / unit.seconds, point.objective]);
      if (end !== undefined && last !== undefined) line.push([end.x / unit.seconds, last.objective]);
      return {
        grid: { left: 12, right: 20, top: 34, bottom: 30, containLabel: true },
        xAxis: {
          ...axisLooks(colors),
          type: 'value',
          name: axis === 'time' ? `${unit.name} since creation` : 'training job',
          nameLocation: 'middle',
          nameGap: 28,
          minInterval: axis === 'number' ? 1 : 0,
        },
        yAxis: objectiveAxis(metric, colors),
        dataZoom: [{ type: 'inside' }],
        tooltip: {
          ...tooltip(colors),
          formatter: ({ seriesId, dataIndex }: { seriesId: string; dataIndex: number }) => {
            const point = drawn.find(seriesId, dataIndex);
            return point === undefined ? '' : describeTrainingJob(point.job);
          },
        },
        series: [
          ...drawn.series(colors),
          {
            ...{ id: 'best', type: 'line', step: 'end', symbol: 'none', silent: true, z: 5 },
            lineStyle: { width: 2.5, color: colors.accent },
            data: line,
          },
        ],
      };
    },
    [points, best, drawn, axis, unit.seconds, unit.name, metric],
  );
  return (
    <Chart
      title={`${metric}, and the best so far`}
      description={`${points.length} training jobs; the best is ${formatNumber(best.at(-1)?.objective)}.`}
      name={`${job.name}-history`}
      option={option}
      empty={points.length === 0 ? NO_OBJECTIVE_YET : undefined}
      onPick={(seriesId, place) => {
        const picked = drawn.find(seriesId, place);
        if (picked !== undefined) onPick(picked.job.name);
      }}
      table={() => ({
        header: ['training job', 'number', 'seconds', metric, 'status'],
        rows: objectiveHistory(job, trainingJobs, 'time').points.map((point) => [
          ...[point.job.name, point.job.index + 1, point.x, point.objective, point.job.status],
        ]),
      })}
      controls={AXES.map((choice) => (
        <button
          key={choice.axis}
          type="button"
          className="button button-small"
          aria-pressed={axis === choice.axis}
          onClick={() => setAxis(choice.axis)}
        >
          {choice.title}
        </button>
      ))}
    />
  );
}
