import type { GetMetricDataOutput } from '@aws-sdk/client-cloudwatch';
import { InvalidInputError } from '../input.js';

export interface MetricSeries {
  readonly id: string;
  readonly label: string;
  readonly datapoints: readonly { readonly timestamp: Date; readonly value: number }[];
}

/**
 * At most `maxDatapoints` of several series, taken one after another. The token says how many of all datapoints were
 * given before.
 *
 * @throws InvalidInputError
 */
export function dataPage(
  series: readonly MetricSeries[],
  token: string | undefined,
  maxDatapoints: number,
): GetMetricDataOutput {
  if (token !== undefined && !/^\d{1,15}$/.test(token))
    throw new InvalidInputError('NextToken is not one of GetMetricData.');
  const first = Number(token ?? 0);
  const end = first + maxDatapoints;
  let before = 0;
  const results = series.map(({ id, label, datapoints }) => {
    const page = datapoints.slice(Math.max(0, first - before), Math.max(0, end - before));
    before += datapoints.length;
    return {
      Id: id,
      Label: label,
      Timestamps: page.map(({ timestamp }) => timestamp),
      Values: page.map(({ value }) => value),
      StatusCode: before > end ? ('PartialData' as const) : ('Complete' as const),
    };
  });
  return { MetricDataResults: results, NextToken: before > end ? String(end) : undefined, Messages: [] };
}
