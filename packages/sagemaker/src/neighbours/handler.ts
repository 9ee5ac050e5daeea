import { randomUUID } from 'node:crypto';
import { accountOf } from '../mapping/arn.js';
import type { SageMakerOptions } from '../options.js';
import { admittedCaller } from '../signature/admitted-caller.js';
import { AwsError, InternalFailure, UnknownOperationException } from '../wire/aws-error.js';
import type { WireRequest, WireResponse } from '../wire/http.js';
import type { Address } from './address.js';
import { InvalidInputError } from './input.js';
import type { Neighbour } from './neighbour.js';
import type { NeighbourOperation } from './operation.js';

/** Answers one request for a neighbour, or for a service that nobody knows; never throws. */
export type NeighbourHandler = (request: WireRequest, address: Address) => Promise<WireResponse>;

export function createNeighbourHandler(options: SageMakerOptions): NeighbourHandler {
  const shared = {
    jobs: options.jobs,
    account: accountOf(options),
    images: {
      resolve: options.resolveAlgorithmImage ?? (() => undefined),
      metricDefinitions: options.builtinMetricDefinitions ?? (() => []),
    },
  };

  async function perform(request: WireRequest, address: Address, operation: NeighbourOperation, signingName: string) {
    const now = options.clock();
    const { tenant } = admittedCaller(request, operation.name, options, now, signingName);
    const members = address.protocol.readInput(request);
    return operation.answer(members, { ...shared, tenant, nowMs: now.getTime() });
  }

  return async (request, address) => {
    const { protocol, neighbour } = address;
    const requestId = randomUUID();
    const envelope = { requestId, now: options.clock(), request, xmlNamespace: neighbour?.xmlNamespace };
    const operation = neighbour?.operations.find((each) => each.name === address.operation);
    if (neighbour === undefined || operation === undefined) {
      return protocol.failure(new UnknownOperationException(operationName(address)), envelope);
    }
    try {
      const output = await perform(request, address, operation, neighbour.signingName);
      return protocol.success(operation.name, output, envelope);
    } catch (error) {
      const known = knownError(error, neighbour);
      if (known === undefined) {
        options.onInternalFailure?.(error, requestId, `${neighbour.targetPrefix}.${operation.name}`);
      }
      return protocol.failure(known ?? new InternalFailure(requestId), envelope);
    }
  };
}

function operationName({ neighbour, service, operation }: Address): string {
  return [neighbour?.title ?? service ?? 'unknown service', operation ?? 'without a name'].join(' ');
}

function knownError(error: unknown, neighbour: Neighbour): AwsError | undefined {
  if (error instanceof InvalidInputError) return neighbour.invalidInput(error.message);
  return error instanceof AwsError ? error : undefined;
}
