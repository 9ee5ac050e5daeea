import { AwsError } from '../../wire/aws-error.js';
import type { Neighbour } from '../neighbour.js';
import { getRole } from './get-role.js';
import { simulatePrincipalPolicy } from './simulate-principal-policy.js';

/** The roles that jobs are given; every name is one, since Fleetune's permissions come with the access key. */
export const iam: Neighbour = {
  title: 'IAM',
  signingName: 'iam',
  targetPrefix: 'AWSIdentityManagementV20100508',
  hostPrefix: 'iam',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  operations: [getRole, simulatePrincipalPolicy],
  invalidInput: (message) => new AwsError('ValidationError', 400, message),
};
