import { cbor, dateToTag } from '@smithy/core/cbor';
import { SerializationException } from '../../wire/aws-error.js';
import type { WireRequest } from '../../wire/http.js';
import { answerHeaders, errorHeaders, type Protocol } from './protocol.js';

const CONTENT_TYPE = 'application/cbor';

/** Smithy RPC v2 CBOR: the path names the operation. */
export const rpcV2Cbor: Omit<Protocol, 'destination'> & {
  destination(request: Pick<WireRequest, 'url'>): { readonly service?: string; readonly operation?: string };
} = {
  name: 'cbor',

  destination({ url }) {
    const [, service, operation] = /^\/service\/([^/?]+)\/operation\/([^/?]+)(?:\?|$)/.exec(url) ?? [];
    return { service, operation };
  },

  readInput({ body }) {
    if (body.length === 0) return {};
    try {
      return withDates(cbor.deserialize(body));
    } catch {
      throw new SerializationException('The request body is not CBOR.');
    }
  },

  success(_operation, output, envelope) {
    const headers = { ...answerHeaders(CONTENT_TYPE, envelope), 'smithy-protocol': 'rpc-v2-cbor' };
    return { status: 200, headers, body: serialized(output) };
  },

  failure(error, envelope) {
    const headers = {
      ...answerHeaders(CONTENT_TYPE, envelope),
      ...errorHeaders(error, envelope),
      'smithy-protocol': 'rpc-v2-cbor',
    };
    return { status: error.status, headers, body: serialized({ __type: error.type, message: error.message }) };
  },
};

function serialized(value: unknown): Uint8Array {
  return cbor.serialize(withTags(value));
}

/** Dates as the tag that means epoch seconds, and no undefined members. */
function withTags(value: unknown): unknown {
  if (value instanceof Date) return dateToTag(value);
  if (Array.isArray(value)) return value.map(withTags);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(present.map(([key, entry]) => [key, withTags(entry)]));
}

const EPOCH_SECONDS_TAG = 1;

function withDates(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null) return value;
  if ('tag' in value && 'value' in value && Number(value.tag) === EPOCH_SECONDS_TAG) {
    return new Date(Number(value.value) * 1000);
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withDates(entry)]));
}
