import type { JobService } from '@fleetune/scheduler';
import type { z } from 'zod';
import type { AlgorithmImages } from '../mapping/algorithm.js';
import type { Account } from '../mapping/arn.js';
import { parseInput } from './input.js';

/** What an operation of a neighbour may use to do its work for one caller. */
export interface NeighbourContext {
  readonly jobs: JobService;
  readonly tenant: string;
  readonly account: Account;
  readonly images: AlgorithmImages;
  readonly nowMs: number;
}

/** An operation with its types of input and output put away, as its service keeps it. */
export interface NeighbourOperation {
  readonly name: string;
  /** @throws InvalidInputError, AwsError */
  answer(members: unknown, context: NeighbourContext): Promise<unknown>;
}

/** Makes an operation out of the schema of its input and of what it does with it. */
export function neighbourOperation<Schema extends z.ZodType, Output>(definition: {
  readonly name: string;
  readonly input: Schema;
  perform(input: z.output<Schema>, context: NeighbourContext): Promise<Output>;
}): NeighbourOperation {
  return {
    name: definition.name,
    answer: async (members, context) => definition.perform(parseInput(definition.input, members), context),
  };
}
