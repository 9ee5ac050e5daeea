import type { JobService, JobUpkeep } from '@fleetune/scheduler';
import type { AlgorithmImages } from './mapping/algorithm.js';
import type { Account } from './mapping/arn.js';
import { parseShape } from './model/parse-shape.js';
import { operationModel } from './model/service-model.js';
import type { Validated } from './model/validated.js';
import type { Quotas } from './quotas.js';

/** What an operation may use to do its work for one caller. */
export interface OperationContext {
  readonly jobs: JobService & JobUpkeep;
  readonly tenant: string;
  readonly account: Account;
  readonly algorithmImages: AlgorithmImages;
  readonly quotas: Quotas;
  /** An integer from 0 to 2**31 - 1. */
  readonly randomSeed: () => number;
}

/** The error by which an operation says that there is no such job; not always the one that the API model lists. */
export type UnknownJobError = 'ValidationException' | 'ResourceNotFound';

/** An operation with its types of input and output put away, as the registry keeps it. */
export interface Operation {
  readonly name: string;
  readonly unknownJob: UnknownJobError;
  /** @throws AwsError, or an error of the JobService. */
  answer(body: unknown, context: OperationContext): Promise<unknown>;
}

/** Makes an operation out of what it does with a parsed input; its shapes are those of the API model. */
export function operation<Input, Output>(definition: {
  /** As in `X-Amz-Target: SageMaker.<name>`. */
  readonly name: string;
  readonly unknownJob: UnknownJobError;
  perform(input: Validated<Input>, context: OperationContext): Promise<Output>;
}): Operation {
  const { input } = operationModel(definition.name);
  return {
    name: definition.name,
    unknownJob: definition.unknownJob,
    answer: (body, context) => definition.perform(parseShape(input, body) as Validated<Input>, context),
  };
}
