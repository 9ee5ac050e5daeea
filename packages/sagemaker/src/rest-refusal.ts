import { randomUUID } from 'node:crypto';
import { claimedSigningName } from '@fleetune/sigv4';
import type { FastifyInstance } from 'fastify';
import { awsJson } from './neighbours/protocols/aws-json.js';
import { element } from './neighbours/protocols/xml.js';
import { AwsError } from './wire/aws-error.js';
import type { WireRequest, WireResponse } from './wire/http.js';

/** The routes of other faces stand before these, and requests without an AWS signature never come here. */
const CONSTRAINT = 'awsSignature';

/**
 * Refuses what is signed for AWS and has no route, in words that an SDK understands: services such as S3, Lambda and
 * SageMaker Metrics name their operations by method and path.
 */
export function registerRestRefusal(app: FastifyInstance, clock: () => Date): void {
  app.addConstraintStrategy({
    name: CONSTRAINT,
    storage: () => {
      const handlers = new Map<unknown, never>();
      return {
        get: (key) => handlers.get(key) ?? null,
        set: (key, handler) => void handlers.set(key, handler as never),
      };
    },
    deriveConstraint: (request) => (claimedSigningName(request) === undefined ? undefined : 'present'),
    mustMatchWhenDerived: false,
  });
  app.all('/*', { constraints: { [CONSTRAINT]: 'present' } }, (request, reply) => {
    const { method, url, headers } = request;
    const refusal = restRefusal({ method, url, headers, body: Buffer.alloc(0) }, clock());
    return reply.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body));
  });
}

function restRefusal(request: WireRequest, now: Date): WireResponse {
  const requestId = randomUUID();
  const service = claimedSigningName(request) ?? '';
  if (service === 's3') return s3Refusal(requestId, now);
  const path = request.url.split('?')[0] ?? '';
  const message = `Fleetune does not answer ${request.method} ${path} of the service "${service}".`;
  const error = new AwsError('UnknownOperationException', 404, message);
  return awsJson.failure(error, { requestId, now, request });
}

function s3Refusal(requestId: string, now: Date): WireResponse {
  const error = element('Error', {
    Code: 'NotImplemented',
    Message: 'Fleetune keeps no buckets: point AWS_ENDPOINT_URL_S3 at the S3 service that keeps your objects.',
    RequestId: requestId,
  });
  const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId, date: now.toUTCString() };
  return { status: 501, headers, body: error };
}
