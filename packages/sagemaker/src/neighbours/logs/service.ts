import { AwsError } from '../../wire/aws-error.js';
import type { Neighbour } from '../neighbour.js';
import { describeLogGroups } from './describe-log-groups.js';
import { describeLogStreams } from './describe-log-streams.js';
import { filterLogEvents } from './filter-log-events.js';
import { getLogEvents } from './get-log-events.js';

/** What training jobs print. */
export const logs: Neighbour = {
  title: 'CloudWatch Logs',
  signingName: 'logs',
  targetPrefix: 'Logs_20140328',
  hostPrefix: 'logs',
  xmlNamespace: 'http://logs.amazonaws.com/doc/2014-03-28/',
  operations: [describeLogGroups, describeLogStreams, filterLogEvents, getLogEvents],
  invalidInput: (message) => new AwsError('InvalidParameterException', 400, message),
};
