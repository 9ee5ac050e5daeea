import {
  InvalidSpecError,
  InvalidTokenError,
  JobEndedError,
  JobNameTakenError,
  JobNotFoundError,
} from '@fleetune/scheduler';
import type { FastifyError } from 'fastify';
import type { ErrorBody, ErrorCode } from './contract/error.js';
import { type Fault, faultSentence } from './contract/fault.js';
import { formatFaultPath } from './contract/fault-path.js';
import { InvalidJobError } from './invalid-job-error.js';

/** A status with the body that explains it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorBody;
}

/** The request does not have the contract's form. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map(faultSentence).join(' '));
    this.faults = faults;
  }
}

/** No token, or one that nobody was given. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError';
  constructor() {
    super('Send the token that the server wrote to endpoint.json as "Authorization: Bearer TOKEN".');
  }
}

/** The token is good, but not the administrator's. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
  constructor() {
    super('Only the token of the server itself may do this; its operator finds it in endpoint.json.');
  }
}

/** Nobody was given this access key. */
export class AccessKeyNotFoundError extends Error {
  override readonly name = 'AccessKeyNotFoundError';
  constructor(accessKeyId: string) {
    super(`There is no access key "${accessKeyId}".`);
  }
}

/** No agent that is connected now is called that, or more than one is. */
export class AgentNotFoundError extends Error {
  override readonly name = 'AgentNotFoundError';
  constructor(agent: string, count: number, connected: readonly string[]) {
    super(
      count > 1
        ? `${count} connected agents are called "${agent}"; name one by its id.`
        : `No connected agent is called "${agent}"; connected: ${connected.join(', ') || 'none'}.`,
    );
  }
}

/** The tuning job exists, but none of its training jobs has completed with an objective. */
export class NoBestTrainingJobError extends Error {
  override readonly name = 'NoBestTrainingJobError';
  constructor(tuningJobName: string) {
    super(`The tuning job "${tuningJobName}" has no completed training job with an objective value yet.`);
  }
}

/** What was asked of the other API cannot be said in this one's words. */
export class SeveralDefinitionsError extends Error {
  override readonly name = 'SeveralDefinitionsError';
  constructor(tuningJobName: string) {
    super(
      `The tuning job "${tuningJobName}" has several training-job definitions, which one file cannot say; ` +
        "SageMaker's DescribeHyperParameterTuningJob shows them.",
    );
  }
}

/** Bytes that were sent as a .tar.gz and are none. */
export class NotAnArchiveError extends Error {
  override readonly name = 'NotAnArchiveError';
  constructor() {
    super('The upload is not a gzip file; send a .tar.gz.');
  }
}

/** An upload with more bytes than the server takes. */
export class UploadTooLargeError extends Error {
  override readonly name = 'UploadTooLargeError';
  constructor(maxBytes: number) {
    super(`The upload is larger than ${maxBytes} bytes; put large data on s3:// and name it as a channel.`);
  }
}

/** The answer for whatever a route threw. What is not known here is our own fault and tells nothing outside. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof InvalidRequestError) return answer(400, 'InvalidRequest', error.message, error.faults);
  if (error instanceof InvalidJobError) return answer(422, 'InvalidJob', error.message, error.faults);
  if (error instanceof InvalidSpecError) {
    return answer(
      422,
      'InvalidJob',
      error.message,
      error.faults.map((message) => ({ path: [], message })),
    );
  }
  if (error instanceof InvalidTokenError) return answer(400, 'InvalidToken', error.message, []);
  if (error instanceof UnauthorizedError) return answer(401, 'Unauthorized', error.message, []);
  if (error instanceof ForbiddenError) return answer(403, 'Forbidden', error.message, []);
  if (error instanceof AccessKeyNotFoundError) return answer(404, 'NotFound', error.message, []);
  if (error instanceof AgentNotFoundError) return answer(404, 'NotFound', error.message, []);
  if (error instanceof JobNotFoundError) return answer(404, 'NotFound', error.message, []);
  if (error instanceof NoBestTrainingJobError) return answer(404, 'NotFound', error.message, []);
  if (error instanceof JobNameTakenError) {
    return answer(409, 'NameTaken', error.message, [{ path: ['name'], message: error.message }]);
  }
  if (error instanceof SeveralDefinitionsError) return answer(409, 'SeveralDefinitions', error.message, []);
  if (error instanceof JobEndedError) return answer(409, 'JobEnded', error.message, []);
  if (error instanceof NotAnArchiveError) return answer(400, 'InvalidRequest', error.message, []);
  if (error instanceof UploadTooLargeError) return answer(413, 'TooLarge', error.message, []);
  return frameworkAnswer(error) ?? answer(500, 'InternalError', 'The server failed; its log says why.', []);
}

/** What fastify itself refused before a route was asked: broken JSON, a body too large, an unknown media type. */
function frameworkAnswer(error: unknown): ErrorAnswer | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode = 500, message } = error as FastifyError;
  if (statusCode === 413) return answer(413, 'TooLarge', message, []);
  if (statusCode === 415) return answer(415, 'UnsupportedMediaType', message, []);
  if (statusCode >= 400 && statusCode < 500) return answer(statusCode, 'InvalidRequest', message, []);
  return undefined;
}

function answer(status: number, code: ErrorCode, message: string, faults: readonly Fault[]): ErrorAnswer {
  const shown = faults.map((fault) => ({ path: formatFaultPath(fault.path), message: fault.message }));
  return { status, body: { error: { code, message, faults: shown } } };
}
