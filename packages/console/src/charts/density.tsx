import { useCallback, useMemo } from 'react';
import { formatNumber } from '../design/format.js';
import { axisLooks } from './axis.js';
import { Chart } from './chart.js';
import type { TuningChartProps } from './chart-props.js';
import type { ChartColors } from './colors.js';
import { finiteObjectives, kernelDensity } from './density-data.js';

/** Where the objectives of the training jobs lie. */
export function Density({ job, trainingJobs }: TuningChartProps) {
  const values = useMemo(() => finiteObjectives(trainingJobs), [trainingJobs]);
  const points = useMemo(() => kernelDensity(values), [values]);
  const best = job.bestTrainingJob?.tuning?.objectiveValue;
  const { metric } = job.objective;
  const option = useCallback(
    (colors: ChartColors) => ({
      grid: { left: 12, right: 24, top: 30, bottom: 30, containLabel: true },
      xAxis: {
        ...axisLooks(colors),
        ...{ type: 'value', scale: true, name: metric, nameLocation: 'middle', nameGap: 28 },
        axisLabel: { color: colors.quiet, hideOverlap: true, formatter: formatNumber },
      },
      yAxis: { ...axisLooks(colors), type: 'value', axisLabel: { show: false } },
      tooltip: { show: false },
      series: {
        ...{ id: 'density', type: 'line', symbol: 'none', silent: true },
        lineStyle: { color: colors.categories[0], width: 2 },
        areaStyle: { color: colors.categories[0], opacity: 0.18 },
        data: points.map((point) => [point.value, point.density]),
        markLine: {
          // Else the library rounds the place to two digits.
          precision: 12,
          ...{ symbol: 'none', silent: true, lineStyle: { color: colors.accent, type: 'solid', width: 2 } },
          label: { formatter: `best ${formatNumber(best)}`, color: colors.text },
          data: best === undefined ? [] : [{ xAxis: best }],
        },
      },
    }),
    [points, best, metric],
  );
  return (
    <Chart
      title={`Density of ${metric}`}
      description={`${values.length} values from ${formatNumber(values[0])} to ${formatNumber(values.at(-1))}.`}
      name={`${job.name}-density`}
      option={option}
      empty={points.length === 0 ? 'A density needs two different objective values.' : undefined}
      table={() => ({ header: [metric, 'density'], rows: points.map((point) => [point.value, point.density]) })}
    />
  );
}
