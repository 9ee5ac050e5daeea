import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createAwsHandler } from './aws-handler.js';
import type { SageMakerOptions } from './options.js';
import { registerRestRefusal } from './rest-refusal.js';
import {
  type AwsError,
  InternalFailure,
  RequestEntityTooLargeException,
  SerializationException,
} from './wire/aws-error.js';
import type { WireResponse } from './wire/http.js';
import { errorResponse } from './wire/response.js';

/** The largest request the limits of the API model allow is a little below this. */
export const BODY_LIMIT_BYTES = 6 * 1024 * 1024;

/**
 * Answers SageMaker's API at `POST /`, and what its clients ask of its neighbours: STS, IAM, ECR, CloudWatch and
 * CloudWatch Logs.
 *
 * A server that has other services at `POST /` takes `createAwsHandler` instead and tells requests apart by their
 * signing name.
 */
export async function registerSageMaker(app: FastifyInstance, options: SageMakerOptions): Promise<void> {
  const handle = createAwsHandler({
    onInternalFailure: (error, requestId, operation) => app.log.error({ err: error, requestId, operation }),
    ...options,
  });
  await app.register(async (scope) => {
    // The signature covers the bytes of the body, so nobody else may parse it first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler<FastifyError>((error, _request, reply) => {
      const requestId = randomUUID();
      const answer = unreadRequestError(error, requestId);
      if (answer.status >= 500) scope.log.error({ err: error, requestId });
      return send(reply, errorResponse(requestId, options.clock(), answer));
    });
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      return send(reply, await handle({ method: 'POST', url: request.url, headers: request.headers, body }));
    };
    scope.post('/', answer);
    // Where clients that speak RPC v2 CBOR send a request, whatever the service.
    scope.post('/service/:service/operation/:operation', answer);
    registerRestRefusal(scope, options.clock);
  });
}

/** The answer for a request that the HTTP server could not read to its end. */
function unreadRequestError(error: FastifyError, requestId: string): AwsError {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new RequestEntityTooLargeException(BODY_LIMIT_BYTES);
  if (error.statusCode !== undefined && error.statusCode < 500) return new SerializationException(error.message);
  return new InternalFailure(requestId);
}

function send(reply: FastifyReply, { status, headers, body }: WireResponse): FastifyReply {
  // As bytes, because the server would add a charset to the content type of text.
  return reply.code(status).headers(headers).send(Buffer.from(body));
}
