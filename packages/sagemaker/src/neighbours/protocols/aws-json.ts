import { SerializationException } from '../../wire/aws-error.js';
import type { WireRequest } from '../../wire/http.js';
import { targetOf } from '../../wire/target.js';
import { toJson } from '../../wire/to-json.js';
import { answerHeaders, errorHeaders, type Protocol } from './protocol.js';

/** AWS JSON 1.0 and 1.1: the target header names the operation. */
export const awsJson: Protocol = {
  name: 'json',

  destination(request) {
    const target = targetOf(request);
    const dot = target?.lastIndexOf('.') ?? -1;
    return dot < 1 ? {} : { service: target?.slice(0, dot), operation: target?.slice(dot + 1) };
  },

  readInput({ body }) {
    if (body.length === 0) return {};
    try {
      return JSON.parse(UTF8.decode(body));
    } catch {
      throw new SerializationException('The request body is not JSON in UTF-8.');
    }
  },

  success(_operation, output, envelope) {
    return { status: 200, headers: answerHeaders(contentType(envelope.request), envelope), body: toJson(output) };
  },

  failure(error, envelope) {
    const headers = { ...answerHeaders(contentType(envelope.request), envelope), ...errorHeaders(error, envelope) };
    return { status: error.status, headers, body: toJson({ __type: error.type, message: error.message }) };
  },
};

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The answer is of the version of the question. */
function contentType({ headers }: WireRequest): string {
  return headers['content-type']?.includes('json-1.0') ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
}
