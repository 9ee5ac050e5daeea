import type { GetMetricDataOutput } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { boolean, InvalidInputError, integer, timestamp } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { dataPage, type MetricSeries } from './data-page.js';
import { dimensions, MetricReader, metricName, namespace } from './metric.js';
import { valuesByPeriod } from './periods.js';
import { statistic } from './statistic.js';

const MAX_DATAPOINTS = 100_800;
const DAY_SECONDS = 86_400;

const metricQuery = z.strictObject({
  Id: z.string().regex(/^[a-z]\w{0,254}$/, 'must begin with a small letter and go on with letters, digits and _'),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({ Namespace: namespace, MetricName: metricName, Dimensions: dimensions.optional() }),
      Period: integer(1, DAY_SECONDS),
      Stat: z.string(),
      Unit: z.string().optional(),
    })
    .optional(),
  Expression: z.string().optional(),
  Label: z.string().optional(),
  ReturnData: boolean.optional(),
  Period: integer(1, DAY_SECONDS).optional(),
});

export const getMetricData = neighbourOperation({
  name: 'GetMetricData',
  input: z.strictObject({
    MetricDataQueries: z.array(metricQuery).max(500),
    StartTime: timestamp,
    EndTime: timestamp,
    NextToken: z.string().optional(),
    ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).optional(),
    MaxDatapoints: integer(1, MAX_DATAPOINTS).optional(),
    LabelOptions: z.strictObject({ Timezone: z.string().optional() }).optional(),
  }),
  async perform(input, context): Promise<GetMetricDataOutput> {
    const window = { start: input.StartTime, end: input.EndTime };
    if (window.start >= window.end) throw new InvalidInputError('The parameter StartTime must be less than EndTime.');
    const ids = input.MetricDataQueries.map(({ Id }) => Id);
    if (new Set(ids).size < ids.length)
      throw new InvalidInputError('Each of MetricDataQueries must have an Id of its own.');
    const reader = new MetricReader(context);
    const series: MetricSeries[] = [];
    for (const query of input.MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false)) {
      series.push(await metricSeries(query, window, input.ScanBy !== 'TimestampAscending', reader));
    }
    return dataPage(series, input.NextToken, input.MaxDatapoints ?? MAX_DATAPOINTS);
  },
});

async function metricSeries(
  { Id, MetricStat, Label }: z.output<typeof metricQuery>,
  window: { readonly start: Date; readonly end: Date },
  newestFirst: boolean,
  reader: MetricReader,
): Promise<MetricSeries> {
  if (MetricStat === undefined) {
    throw new InvalidInputError(`The query ${Id} has no MetricStat; Fleetune computes no expressions over metrics.`);
  }
  const { Metric, Period, Stat, Unit } = MetricStat;
  const compute = statistic(Stat);
  // What training jobs print has no unit, so there is nothing in any other.
  const points =
    (Unit ?? 'None') === 'None' ? await reader.points({ ...Metric, Dimensions: Metric.Dimensions ?? [] }) : [];
  const periods = valuesByPeriod(points, Period, window);
  if (newestFirst) periods.reverse();
  return {
    id: Id,
    label: Label ?? Metric.MetricName,
    datapoints: periods.map(({ start, values }) => ({ timestamp: start, value: compute(values) })),
  };
}
