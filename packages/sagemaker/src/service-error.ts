import {
  InvalidSpecError,
  InvalidTokenError,
  JobEndedError,
  JobNameTakenError,
  JobNotFoundError,
  JobRunningError,
  TooManyTagsError,
  WarmPoolAvailableError,
  WarmPoolNotAvailableError,
} from '@fleetune/scheduler';
import type { UnknownJobError } from './operation.js';
import { AwsError, ResourceInUse, ResourceNotFound, ValidationException } from './wire/aws-error.js';

/** The answer for an error that the JobService throws by contract; undefined for every other error. */
export function awsErrorFor(error: unknown, unknownJob: UnknownJobError): AwsError | undefined {
  if (error instanceof AwsError) return error;
  if (error instanceof JobNotFoundError) {
    // Client code looks for this very sentence about training jobs, though the API model lists another error.
    return unknownJob === 'ValidationException'
      ? new ValidationException('Requested resource not found.')
      : new ResourceNotFound(error.message);
  }
  if (error instanceof JobNameTakenError || error instanceof JobRunningError) return new ResourceInUse(error.message);
  if (error instanceof InvalidSpecError) return new ValidationException(error.faults.join(' '));
  if (error instanceof WarmPoolAvailableError) return new ResourceInUse(error.message);
  if (error instanceof WarmPoolNotAvailableError) return new ValidationException(error.message);
  if (error instanceof JobEndedError) return new ValidationException(`The request was rejected. ${error.message}`);
  if (error instanceof InvalidTokenError || error instanceof TooManyTagsError) {
    return new ValidationException(error.message);
  }
  return undefined;
}
