import type { AwsError } from './aws-error.js';
import type { WireResponse } from './http.js';
import { toJson } from './to-json.js';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** `output` undefined is a success without members. */
export function successResponse(requestId: string, now: Date, output: unknown): WireResponse {
  return respond(200, requestId, now, output === undefined ? '' : toJson(output));
}

export function errorResponse(requestId: string, now: Date, error: AwsError): WireResponse {
  // Errors that the API model lists spell their member with a capital, the others do not; clients read each its way.
  const member = MODELED_ERRORS.has(error.type) ? 'Message' : 'message';
  const body = toJson({ __type: error.type, [member]: error.message });
  const response = respond(error.status, requestId, now, body);
  return { ...response, headers: { ...response.headers, 'x-amzn-errortype': error.type } };
}

const MODELED_ERRORS: ReadonlySet<string> = new Set(['ResourceInUse', 'ResourceLimitExceeded', 'ResourceNotFound']);

/** Clients set their clocks by the date of a refusal, so it comes from the clock that signatures are checked by. */
function respond(status: number, requestId: string, now: Date, body: string): WireResponse {
  return {
    status,
    headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId, date: now.toUTCString() },
    body,
  };
}
