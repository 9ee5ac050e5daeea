import { useCallback, useMemo } from 'react';
import { axisLooks } from './axis.js';
import { Chart } from './chart.js';
import type { TuningChartProps } from './chart-props.js';
import type { ChartColors } from './colors.js';
import { featureMatrix } from './importance/feature-matrix.js';
import { useImportance } from './importance/use-importance.js';

/** Fewer than this say nothing about importance. */
const MIN_JOBS = 10;

/** Which hyperparameters decide the objective, as far as the finished training jobs tell. */
export function Importance({ job, trainingJobs }: TuningChartProps) {
  const matrix = useMemo(
    () => featureMatrix(job.definitions[0]?.ranges ?? [], trainingJobs),
    [job.definitions, trainingJobs],
  );
  const enough = matrix.target.length >= MIN_JOBS;
  const result = useImportance(enough ? matrix : undefined);
  const shown = useMemo(() => [...(result?.importances ?? [])].reverse(), [result]);
  const option = useCallback(
    (colors: ChartColors) => ({
      grid: { left: 12, right: 60, top: 8, bottom: 12, containLabel: true },
      xAxis: {
        ...axisLooks(colors),
        ...{ type: 'value', min: 0, max: 1 },
        axisLabel: { color: colors.quiet, formatter: percent },
      },
      yAxis: {
        ...axisLooks(colors),
        ...{ type: 'category', data: shown.map(({ name }) => name) },
        axisLabel: { color: colors.text, width: 150, overflow: 'truncate' },
      },
      tooltip: { show: false },
      series: {
        ...{ id: 'importance', type: 'bar', barMaxWidth: 26, silent: true },
        itemStyle: { color: colors.categories[0], borderRadius: [0, 4, 4, 0] },
        label: {
          show: true,
          position: 'right',
          color: colors.text,
          formatter: ({ value }: { value: number }) => percent(value),
        },
        data: shown.map(({ share }) => share),
      },
    }),
    [shown],
  );
  const empty = !enough
    ? `Importance needs ${MIN_JOBS} completed training jobs; there are ${matrix.target.length}.`
    : result === undefined
      ? 'Growing a forest …'
      : undefined;
  return (
    <Chart
      title="Hyperparameter importance"
      description={(result?.importances ?? []).map(({ name, share }) => `${name} ${percent(share)}`).join(', ')}
      name={`${job.name}-importance`}
      option={option}
      empty={empty}
      note={
        result === undefined || !enough
          ? undefined
          : `Permutation importance in a random forest over ${result.rowCount} completed training jobs; it explains ${percent(Math.max(0, result.explained))} of the objective’s ranks.`
      }
      table={() => ({
        header: ['hyperparameter', 'share'],
        rows: (result?.importances ?? []).map(({ name, share }) => [name, share]),
      })}
    />
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
