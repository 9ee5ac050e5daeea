import { claimedSigningName } from '@fleetune/sigv4';
import type { WireRequest } from '../wire/http.js';
import type { Neighbour } from './neighbour.js';
import { awsJson } from './protocols/aws-json.js';
import { awsQuery } from './protocols/aws-query.js';
import type { Protocol } from './protocols/protocol.js';
import { rpcV2Cbor } from './protocols/rpc-v2-cbor.js';

/** Where a request goes, and in which words its answer is to be written. */
export interface Address {
  readonly protocol: Protocol;
  /** Undefined when the request is for SageMaker, or for nobody we know. */
  readonly neighbour?: Neighbour;
  /** The service in the request's own words: of its path, target, signature or host name. */
  readonly service?: string;
  readonly operation?: string;
}

/** Reads off a request, signed or not, which service it is for. */
export function addressOf(request: WireRequest, neighbours: readonly Neighbour[]): Address {
  const protocol = protocolOf(request);
  const { service: named, operation } = protocol.destination(request);
  if (named !== undefined) {
    return { protocol, operation, service: named, neighbour: neighbours.find((each) => each.targetPrefix === named) };
  }
  const signingName = claimedSigningName(request);
  if (signingName !== undefined) {
    const neighbour = neighbours.find((each) => each.signingName === signingName);
    return { protocol, operation, service: signingName, neighbour };
  }
  const host = request.headers.host ?? '';
  const neighbour = neighbours.find((each) => host.startsWith(`${each.hostPrefix}.`));
  return { protocol, operation, service: neighbour?.hostPrefix, neighbour };
}

function protocolOf({ headers, url }: WireRequest): Protocol {
  if (rpcV2Cbor.destination({ url }).service !== undefined) return rpcV2Cbor;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm || /[?&]Action=/.test(url) ? awsQuery : awsJson;
}
