import type { JobReference } from '@fleetune/scheduler';
import { ValidationException } from '../wire/aws-error.js';
import { type Account, jobOfArn } from './arn.js';

/** The job whose tags are spoken of. @throws ValidationException for an ARN that names none of Fleetune's jobs. */
export function taggedJob(account: Account, resourceArn: string): JobReference {
  const job = jobOfArn(account, resourceArn);
  if (job !== undefined) return job;
  throw new ValidationException(
    `Requested resource not found. Only training jobs and hyperparameter tuning jobs of account ${account.accountId} in ${account.region} have tags; "${resourceArn}" names neither.`,
  );
}
