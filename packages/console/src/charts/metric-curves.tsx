import { useCallback, useState } from 'react';
import { formatNumber } from '../design/format.js';
import { axisLooks } from './axis.js';
import { Chart } from './chart.js';
import type { ChartColors } from './colors.js';
import type { MetricChart } from './metric-curves-data.js';
import { tooltip } from './tooltip.js';

interface MetricCurvesProps {
  readonly chart: MetricChart;
  /** File name of exports. */
  readonly name: string;
}

/** One metric over the steps of a training job, or of several. */
export function MetricCurves({ chart, name }: MetricCurvesProps) {
  const [logarithmic, setLogarithmic] = useState(false);
  const { metric, curves } = chart;
  const several = curves.length > 1;
  const allPositive = curves.every(({ points }) => points.every(([, value]) => !(value <= 0)));
  const log = logarithmic && allPositive;
  const option = useCallback(
    (colors: ChartColors) => ({
      grid: { left: 12, right: 20, top: several ? 40 : 16, bottom: 30, containLabel: true },
      legend: { show: several, type: 'scroll', top: 0, left: 0, textStyle: { color: colors.text }, itemHeight: 10 },
      xAxis: {
        ...axisLooks(colors),
        type: 'value',
        name: 'step',
        nameLocation: 'middle',
        nameGap: 26,
        minInterval: 1,
        scale: true,
      },
      yAxis: {
        ...axisLooks(colors),
        ...{ type: log ? 'log' : 'value', scale: true },
        axisLabel: { color: colors.quiet, formatter: formatNumber },
      },
      dataZoom: [{ type: 'inside' }],
      tooltip: { ...tooltip(colors), trigger: 'axis', valueFormatter: (value: number) => formatNumber(value) },
      series: curves.map(({ label, points }, at) => ({
        ...{
          id: label,
          name: label,
          type: 'line',
          sampling: 'lttb',
          showSymbol: points.length < 40,
          symbol: 'circle',
          symbolSize: 4,
        },
        lineStyle: { width: 1.8, type: LINE_TYPES[Math.floor(at / colors.categories.length) % LINE_TYPES.length] },
        data: points.map((point) => [...point]),
      })),
    }),
    [curves, several, log],
  );
  const last = curves[0]?.points.at(-1)?.[1];
  return (
    <Chart
      title={metric}
      description={
        several
          ? `${curves.length} training jobs.`
          : `${curves[0]?.points.length ?? 0} points, last ${formatNumber(last)}.`
      }
      name={name}
      option={option}
      size={several ? undefined : 'small'}
      controls={
        allPositive ? (
          <button
            type="button"
            className="button button-small"
            aria-pressed={log}
            onClick={() => setLogarithmic(!logarithmic)}
          >
            log
          </button>
        ) : undefined
      }
      table={() => ({
        header: ['training job', 'step', metric],
        rows: curves.flatMap(({ label, points }) => points.map(([step, value]) => [label, step, value])),
      })}
    />
  );
}

/** Beyond eight curves the colours come again with other strokes. */
const LINE_TYPES = ['solid', 'dashed', 'dotted'] as const;
