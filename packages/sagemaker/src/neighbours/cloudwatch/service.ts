import { AwsError } from '../../wire/aws-error.js';
import type { Neighbour } from '../neighbour.js';
import { getMetricData } from './get-metric-data.js';
import { getMetricStatistics } from './get-metric-statistics.js';
import { listMetrics } from './list-metrics.js';

/** What the metrics of training jobs were over time. */
export const cloudWatch: Neighbour = {
  title: 'CloudWatch',
  signingName: 'monitoring',
  targetPrefix: 'GraniteServiceVersion20100801',
  hostPrefix: 'monitoring',
  xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  operations: [getMetricData, getMetricStatistics, listMetrics],
  invalidInput: (message) => new AwsError('InvalidParameterValueException', 400, message, 'InvalidParameterValue'),
};
