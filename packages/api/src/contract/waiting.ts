import { z } from 'zod';

/** What has not got room yet, and why. */
export const waitingSchema = z.object({
  queues: z.array(
    z.object({
      instanceClass: z.string(),
      /** Training jobs that would run on it. One that names several classes counts with each. */
      waitingCount: z.number(),
      /** Slots of connected agents that may serve it, taken or free. */
      slotCount: z.number(),
      freeSlotCount: z.number(),
    }),
  ),
  trainingJobs: z.array(
    z.object({
      name: z.string(),
      tuningJobName: z.string().optional(),
      secondaryStatus: z.string(),
      instanceTypes: z.array(z.string()),
      sinceMs: z.number(),
      reason: z.string(),
    }),
  ),
  /** False when more jobs wait than are told here. */
  complete: z.boolean(),
});
export type Waiting = z.infer<typeof waitingSchema>;
