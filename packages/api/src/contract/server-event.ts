import { z } from 'zod';
import { strict } from './fault.js';
import { trainingJobSummarySchema } from './training-job-summary.js';
import { tuningJobSchema } from './tuning-job.js';

export const eventQuerySchema = strict({
  /** Also send the changes of this tuning job's training jobs. */
  tuningJob: z.string().min(1).optional(),
});

/** What `GET /events` sends. A job may come again unchanged: what counts is the newest `lastModifiedTimeMs`. */
export const serverEventSchema = z.discriminatedUnion('kind', [
  /**
   * From here on no change is missed: whoever reads the lists now and then follows has everything. `resumed`: what changed
   * since the event that `Last-Event-ID` named is told, too.
   */
  z.object({ kind: z.literal('ready'), resumed: z.boolean() }),
  z.object({ kind: z.literal('tuningJobs'), tuningJobs: z.array(tuningJobSchema) }),
  z.object({
    kind: z.literal('trainingJobs'),
    tuningJobName: z.string(),
    trainingJobs: z.array(trainingJobSummarySchema),
  }),
]);
export type ServerEvent = z.infer<typeof serverEventSchema>;
