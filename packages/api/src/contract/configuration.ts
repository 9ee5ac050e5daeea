import { z } from 'zod';

/** A job's request, as it can be sent again under another name. */
export const configurationSchema = z.object({
  configuration: z.record(z.string(), z.unknown()),
  /** Names of environment variables that the job has and the API does not show: they may hold secrets. */
  hiddenEnvironment: z.array(z.string()),
});
export type JobConfiguration = z.infer<typeof configurationSchema>;
