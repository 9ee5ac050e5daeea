import type { GetMetricStatisticsOutput } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { InvalidInputError, integer, timestamp } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { dimensions, MetricReader, metricName, namespace } from './metric.js';
import { valuesByPeriod } from './periods.js';
import { statistic } from './statistic.js';

const MAX_DATAPOINTS = 1440;
const DAY_SECONDS = 86_400;

/** What the SageMaker SDK's own analytics of a training job ask. */
export const getMetricStatistics = neighbourOperation({
  name: 'GetMetricStatistics',
  input: z.strictObject({
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: dimensions.optional(),
    StartTime: timestamp,
    EndTime: timestamp,
    Period: integer(1, DAY_SECONDS),
    Statistics: z
      .array(z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']))
      .min(1)
      .max(5),
    Unit: z.string().optional(),
  }),
  async perform(input, context): Promise<GetMetricStatisticsOutput> {
    const statistics = input.Statistics.map((name) => ({ name, compute: statistic(name) }));
    const points =
      (input.Unit ?? 'None') === 'None'
        ? await new MetricReader(context).points({ ...input, Dimensions: input.Dimensions ?? [] })
        : [];
    const periods = valuesByPeriod(points, input.Period, { start: input.StartTime, end: input.EndTime });
    if (periods.length > MAX_DATAPOINTS) {
      throw new InvalidInputError(
        `There are ${periods.length} datapoints and at most ${MAX_DATAPOINTS} are given at once: ask for a longer Period or a shorter time.`,
      );
    }
    return {
      Label: input.MetricName,
      Datapoints: periods.map(({ start, values }) => ({
        Timestamp: start,
        Unit: 'None',
        ...Object.fromEntries(statistics.map(({ name, compute }) => [name, compute(values)])),
      })),
    };
  },
});
