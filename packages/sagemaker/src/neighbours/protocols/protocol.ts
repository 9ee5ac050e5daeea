import type { AwsError } from '../../wire/aws-error.js';
import type { WireRequest, WireResponse } from '../../wire/http.js';

/** What surrounds every answer. */
export interface Envelope {
  readonly requestId: string;
  /** Clients set their clocks by the date of a refusal. */
  readonly now: Date;
  readonly request: WireRequest;
  readonly xmlNamespace?: string;
}

/** The words in which a service and its client talk. */
export interface Protocol {
  readonly name: 'json' | 'query' | 'cbor';
  /** What the request itself says of service and operation, apart from its signature. */
  destination(request: WireRequest): { readonly service?: string; readonly operation?: string };
  /** The members of the input. @throws SerializationException */
  readInput(request: WireRequest): unknown;
  success(operation: string, output: unknown, envelope: Envelope): WireResponse;
  failure(error: AwsError, envelope: Envelope): WireResponse;
}

export function answerHeaders(contentType: string, { requestId, now }: Envelope): Record<string, string> {
  return { 'content-type': contentType, 'x-amzn-requestid': requestId, date: now.toUTCString() };
}

/**
 * Clients of a service that once spoke the query protocol ask for its error codes beside the newer ones.
 */
export function errorHeaders(error: AwsError, { request }: Envelope): Record<string, string> {
  const type = { 'x-amzn-errortype': error.type };
  if (request.headers['x-amzn-query-mode'] !== 'true') return type;
  return { ...type, 'x-amzn-query-error': `${error.queryCode};${error.status < 500 ? 'Sender' : 'Receiver'}` };
}
