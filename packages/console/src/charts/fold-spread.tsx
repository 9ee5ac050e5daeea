import type { TrainingJob, TuningJob } from '@fleetune/api/contract';
import { useCallback, useMemo } from 'react';
import { formatNumber } from '../design/format.js';
import { axisLooks, objectiveAxis } from './axis.js';
import { Chart } from './chart.js';
import type { ChartColors } from './colors.js';
import { foldSpread } from './fold-spread-data.js';
import { tooltip } from './tooltip.js';

interface DrawApi {
  coord(point: readonly [number, number]): [number, number];
}

interface FoldSpreadProps {
  readonly job: TuningJob;
  /** The best first. */
  readonly best: readonly TrainingJob[];
  readonly onPick: (trainingJobName: string) => void;
}

/** How sure the means of the best cross-validated training jobs are: where the bars overlap, the order may be chance. */
export function FoldSpread({ job, best, onPick }: FoldSpreadProps) {
  const spreads = useMemo(() => best.flatMap((one) => foldSpread(one, job.objective) ?? []), [best, job.objective]);
  const { metric } = job.objective;
  const option = useCallback(
    (colors: ChartColors) => ({
      grid: { left: 12, right: 20, top: 30, bottom: 30, containLabel: true },
      xAxis: {
        ...axisLooks(colors),
        ...{ type: 'value', min: 0.5, max: spreads.length + 0.5, minInterval: 1, splitLine: { show: false } },
        ...{ name: 'rank', nameLocation: 'middle', nameGap: 26 },
        axisLabel: { color: colors.quiet, formatter: (rank: number) => (Number.isInteger(rank) ? String(rank) : '') },
      },
      yAxis: objectiveAxis(metric, colors),
      tooltip: {
        ...tooltip(colors),
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const spread = spreads[dataIndex];
          if (spread === undefined) return '';
          return `${spread.job.name}\n${formatNumber(spread.mean)} ± ${formatNumber(spread.standardError)}`;
        },
      },
      series: [
        {
          ...{ id: 'spread', type: 'custom', dimensions: ['rank', 'low', 'high'], encode: { x: 0, y: [1, 2] } },
          renderItem: ({ dataIndex }: { dataIndex: number }, api: DrawApi) => {
            const spread = spreads[dataIndex];
            if (spread === undefined) return undefined;
            const [x, low] = api.coord([dataIndex + 1, spread.mean - spread.standardError]);
            const [, high] = api.coord([dataIndex + 1, spread.mean + spread.standardError]);
            const style = { fill: colors.categories[0], opacity: 0.35 };
            return { type: 'rect', shape: { x: x - 4, y: high, width: 8, height: Math.max(1, low - high) }, style };
          },
          data: spreads.map(({ mean, standardError }, at) => [at + 1, mean - standardError, mean + standardError]),
        },
        {
          ...{ id: 'means', type: 'scatter', symbolSize: 7, z: 3, itemStyle: { color: colors.categories[0] } },
          data: spreads.map(({ mean }, at) => [at + 1, mean]),
        },
      ],
    }),
    [spreads, metric],
  );
  return (
    <Chart
      title="Fold spread of the best"
      description={`${spreads.length} training jobs with the standard error of their folds' mean.`}
      name={`${job.name}-folds`}
      option={option}
      empty={spreads.length === 0 ? 'No cross-validated training job has completed yet.' : undefined}
      note="Bars reach one standard error of the mean over the folds to each side."
      onPick={(_series, place) => {
        const picked = spreads[place];
        if (picked !== undefined) onPick(picked.job.name);
      }}
      table={() => ({
        header: ['training job', metric, 'standard error'],
        rows: spreads.map(({ job: one, mean, standardError }) => [one.name, mean, standardError]),
      })}
    />
  );
}
