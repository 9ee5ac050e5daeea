import { useCallback, useMemo } from 'react';
import { axisLooks, objectiveAxis, parameterAxis, parameterScale, type ShownRange } from './axis.js';
import { Chart } from './chart.js';
import { NO_OBJECTIVE_YET, type TuningChartProps } from './chart-props.js';
import type { ChartColors } from './colors.js';
import type { Slice } from './landscape/answer-landscape.js';
import { sliceSeries } from './landscape/slice-series.js';
import { objectiveByParameter } from './objective-by-parameter-data.js';
import { pointsByStatus } from './points-by-status.js';
import { describeTrainingJob, tooltip } from './tooltip.js';

interface ObjectiveByParameterProps extends TuningChartProps {
  readonly range: ShownRange;
  /** What the model expects along it. */
  readonly slice: Slice | undefined;
}

/** The objective against one hyperparameter, on the axis that the search walks it by. */
export function ObjectiveByParameter({ job, trainingJobs, onPick, range, slice }: ObjectiveByParameterProps) {
  const points = useMemo(() => objectiveByParameter(range, trainingJobs), [range, trainingJobs]);
  const drawn = useMemo(() => pointsByStatus(points), [points]);
  const { metric } = job.objective;
  const best = job.bestTrainingJob;
  const option = useCallback(
    (colors: ChartColors) => ({
      grid: { left: 12, right: 24, top: 30, bottom: 26, containLabel: true },
      xAxis: {
        ...axisLooks(colors),
        ...parameterAxis(range, colors),
        name: range.name,
        nameLocation: 'middle',
        nameGap: 26,
      },
      yAxis: objectiveAxis(metric, colors),
      tooltip: {
        ...tooltip(colors),
        formatter: ({ seriesId, dataIndex }: { seriesId: string; dataIndex: number }) => {
          const point = drawn.find(seriesId, dataIndex);
          return point === undefined ? (best?.name ?? '') : describeTrainingJob(point.job);
        },
      },
      series: [
        ...(slice === undefined ? [] : sliceSeries(slice, range.kind === 'categorical', colors)),
        ...drawn.series(colors),
        {
          ...{ id: 'best', type: 'scatter', symbol: 'diamond', symbolSize: 15, z: 5, silent: true },
          itemStyle: { color: 'transparent', borderColor: colors.accent, borderWidth: 2.5 },
          data: points.flatMap((point) => (point.job.name === best?.name ? [[point.x, point.objective]] : [])),
        },
      ],
    }),
    [range, slice, drawn, points, metric, best?.name],
  );
  const { kind } = parameterScale(range);
  const scaleNote = kind === 'log' ? ' (log)' : kind === 'reverseLog' ? ' (reverse log)' : '';
  return (
    <Chart
      title={`by ${range.name}${scaleNote}`}
      description={`${metric} of ${points.length} training jobs by ${range.name}; a diamond marks the best.`}
      name={`${job.name}-by-${range.name}`}
      option={option}
      size="small"
      empty={points.length === 0 ? NO_OBJECTIVE_YET : undefined}
      onPick={(seriesId, place) => {
        const picked = drawn.find(seriesId, place);
        if (picked !== undefined) onPick(picked.job.name);
      }}
      table={() => ({
        header: ['training job', range.name, metric, 'status'],
        rows: points.map(({ job: one, objective }) => [
          ...[one.name, one.configuration[range.name], objective, one.status],
        ]),
      })}
    />
  );
}
