import { createSageMakerHandler, type SageMakerHandler } from './handler.js';
import { addressOf } from './neighbours/address.js';
import { createNeighbourHandler } from './neighbours/handler.js';
import { neighbours } from './neighbours/registry.js';
import type { SageMakerOptions } from './options.js';

/**
 * SageMaker's API and the other services that its clients call, behind one address and one set of access keys.
 *
 * A request goes to the service that its path or target names, else to the one it is signed for, else to the one in
 * its host name.
 */
export function createAwsHandler(options: SageMakerOptions): SageMakerHandler {
  const answerSageMaker = createSageMakerHandler(options);
  const answerNeighbour = createNeighbourHandler(options);
  return (request) => {
    const address = addressOf(request, neighbours);
    // A request that nobody knows goes to SageMaker's handler for its refusal, if it speaks SageMaker's protocol.
    if (address.neighbour === undefined && address.protocol.name === 'json') return answerSageMaker(request);
    return answerNeighbour(request, address);
  };
}
