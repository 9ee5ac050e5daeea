import { AwsError } from '../../wire/aws-error.js';
import type { Neighbour } from '../neighbour.js';
import { describeImages } from './describe-images.js';
import { describeRepositories } from './describe-repositories.js';
import { getAuthorizationToken } from './get-authorization-token.js';

/** The images of the built-in algorithms, which exist by name only. */
export const ecr: Neighbour = {
  title: 'ECR',
  signingName: 'ecr',
  targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
  hostPrefix: 'api.ecr',
  xmlNamespace: 'http://ecr.amazonaws.com/doc/2015-09-21/',
  operations: [describeImages, describeRepositories, getAuthorizationToken],
  invalidInput: (message) => new AwsError('InvalidParameterException', 400, message),
};
