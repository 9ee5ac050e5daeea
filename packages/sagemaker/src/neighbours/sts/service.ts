import { AwsError } from '../../wire/aws-error.js';
import type { Neighbour } from '../neighbour.js';
import { getCallerIdentity } from './get-caller-identity.js';

/** Who a caller is. */
export const sts: Neighbour = {
  title: 'STS',
  signingName: 'sts',
  targetPrefix: 'AWSSecurityTokenServiceV20110615',
  hostPrefix: 'sts',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: [getCallerIdentity],
  invalidInput: (message) => new AwsError('ValidationError', 400, message),
};
