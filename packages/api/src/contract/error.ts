import { z } from 'zod';

/** What went wrong, for programs to tell apart. */
export const errorCodeSchema = z.enum([
  'InvalidRequest',
  'InvalidJob',
  'InvalidToken',
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'NameTaken',
  'JobEnded',
  'SeveralDefinitions',
  'TooLarge',
  'UnsupportedMediaType',
  'InternalError',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** Body of every answer that is not a success. */
export const errorBodySchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    faults: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
