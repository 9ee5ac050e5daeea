import type { SignedRequest } from '@fleetune/sigv4';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { createS3Handler } from './handler.js';
import { isS3Request } from './is-s3-request.js';
import type { S3Options } from './options.js';

/**
 * Answers S3 at `/`, `/BUCKET` and `/BUCKET/KEY`, to requests that S3 clients made and no others: these routes lie beside
 * the server's own of the same paths, and neither hides the other.
 *
 * @throws when it is registered twice on one server.
 */
export async function registerS3(app: FastifyInstance, options: S3Options): Promise<void> {
  const handle = createS3Handler({
    onInternalError: (error, requestId, operation) => app.log.error({ err: error, requestId, operation }),
    ...options,
  });
  app.addConstraintStrategy(S3_CONSTRAINT);
  await app.register(async (scope) => {
    // Bodies of any kind are streams that the handler reads itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    const route: Omit<RouteOptions, 'url'> = {
      method: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      constraints: { [S3_CONSTRAINT.name]: S3_CONSTRAINT.value },
      handler: async (request, reply) => {
        reply.hijack();
        await handle(request.raw, reply.raw);
      },
    };
    scope.route({ ...route, url: '/' });
    scope.route({ ...route, url: '/*' });
  });
}

type ConstraintStrategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type ConstraintStorage = ReturnType<ConstraintStrategy['storage']>;

/** Tells the routes of S3 from others by the request. */
const S3_CONSTRAINT = {
  name: 'fleetuneS3',
  value: 's3',
  mustMatchWhenDerived: true,
  deriveConstraint: (request: SignedRequest) => (isS3Request(request) ? 's3' : undefined),
  storage: (): ConstraintStorage => {
    let handler: ReturnType<ConstraintStorage['get']> = null;
    return {
      get: (value) => (value === 's3' ? handler : null),
      set: (_value, routed) => {
        handler = routed;
      },
    };
  },
};
