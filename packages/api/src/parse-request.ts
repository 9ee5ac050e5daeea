import type { z } from 'zod';
import { schemaFaults } from './contract/fault.js';
import { InvalidRequestError } from './error-answer.js';

/** Outside data becomes a typed value here, or is refused with every fault it has. @throws InvalidRequestError */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, data: unknown): z.output<Schema> {
  const parsed = schema.safeParse(data, { reportInput: true });
  if (!parsed.success) throw new InvalidRequestError(schemaFaults(parsed.error));
  return parsed.data;
}
