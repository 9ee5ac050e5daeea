import { randomInt, randomUUID } from 'node:crypto';
import { accountOf } from './mapping/arn.js';
import type { OperationContext } from './operation.js';
import type { SageMakerOptions } from './options.js';
import { DEFAULT_QUOTAS } from './quotas.js';
import { operations } from './registry.js';
import { awsErrorFor } from './service-error.js';
import { admittedCaller } from './signature/admitted-caller.js';
import { InternalFailure, SerializationException, UnknownOperationException } from './wire/aws-error.js';
import type { WireRequest, WireResponse } from './wire/http.js';
import { errorResponse, successResponse } from './wire/response.js';
import { targetOf } from './wire/target.js';

/** Answers one request; never throws. */
export type SageMakerHandler = (request: WireRequest) => Promise<WireResponse>;

/** True when the target header of a request is one of SageMaker's, so that several services can share one address. */
export function isSageMakerTarget(target: string | undefined): boolean {
  return target?.startsWith(TARGET_PREFIX) === true;
}

const TARGET_PREFIX = 'SageMaker.';

/** The API apart from any HTTP server: from a request as it was sent to a response as it is to be written. */
export function createSageMakerHandler(options: SageMakerOptions): SageMakerHandler {
  const context: Omit<OperationContext, 'tenant'> = {
    jobs: options.jobs,
    account: accountOf(options),
    algorithmImages: {
      resolve: options.resolveAlgorithmImage ?? (() => undefined),
      metricDefinitions: options.builtinMetricDefinitions ?? (() => []),
    },
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    randomSeed: options.randomSeed ?? (() => randomInt(2 ** 31)),
  };
  return async (request) => {
    const requestId = randomUUID();
    const now = options.clock();
    const target = targetOf(request);
    const operation = operations.get(target?.slice(TARGET_PREFIX.length) ?? '');
    if (operation === undefined || !isSageMakerTarget(target)) {
      return errorResponse(requestId, now, new UnknownOperationException(target));
    }
    try {
      const { tenant } = admittedCaller(request, operation.name, options, now);
      const output = await operation.answer(parseBody(request.body), { ...context, tenant });
      return successResponse(requestId, now, output);
    } catch (error) {
      const known = awsErrorFor(error, operation.unknownJob);
      if (known === undefined) options.onInternalFailure?.(error, requestId, operation.name);
      return errorResponse(requestId, now, known ?? new InternalFailure(requestId));
    }
  };
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(body));
  } catch {
    throw new SerializationException('The request body is not JSON in UTF-8.');
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
