import { z } from 'zod';
import type { Account } from '../../mapping/arn.js';
import { AwsError } from '../../wire/aws-error.js';
import { InvalidInputError } from '../input.js';

/** The one log group there is. */
export const TRAINING_JOBS_GROUP = '/aws/sagemaker/TrainingJobs';

/** The two ways in which a request names its log group. */
export const groupMembers = {
  logGroupName: z.string().min(1).max(512).optional(),
  /** A name or an ARN. */
  logGroupIdentifier: z.string().min(1).max(2048).optional(),
};

export function groupArn({ region, accountId }: Account): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${TRAINING_JOBS_GROUP}`;
}

/** @throws ResourceNotFoundException unless the request names the log group of training jobs. */
export function requireGroup(input: { readonly logGroupName?: string; readonly logGroupIdentifier?: string }): void {
  if ((input.logGroupName === undefined) === (input.logGroupIdentifier === undefined)) {
    throw new InvalidInputError('Give one of logGroupName and logGroupIdentifier.');
  }
  const name = input.logGroupName ?? input.logGroupIdentifier?.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '');
  if (name !== TRAINING_JOBS_GROUP) throw new ResourceNotFoundException('The specified log group does not exist.');
}

export class ResourceNotFoundException extends AwsError {
  override readonly name = 'ResourceNotFoundException';
  constructor(message: string) {
    super('ResourceNotFoundException', 400, message);
  }
}
