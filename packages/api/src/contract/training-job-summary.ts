import { z } from 'zod';
import { strict } from './fault.js';
import { finiteOrNamed } from './page.js';
import { trainingJobStatusSchema } from './training-job.js';

/** A training job of a tuning job in few words, so that thousands can be shown at once. Times are ms since 1970. */
export const trainingJobSummarySchema = z.object({
  name: z.string(),
  /** From 0, in the order of suggestion. */
  index: z.number(),
  definitionName: z.string(),
  status: trainingJobStatusSchema,
  secondaryStatus: z.string(),
  creationTimeMs: z.number(),
  lastModifiedTimeMs: z.number(),
  trainingStartTimeMs: z.number().optional(),
  trainingEndTimeMs: z.number().optional(),
  trainingTimeSeconds: z.number().optional(),
  instanceType: z.string().optional(),
  attemptCount: z.number(),
  configuration: z.record(z.string(), z.union([z.number(), z.string()])),
  objectiveValue: finiteOrNamed.optional(),
  /** Its beginning, where it is long. */
  failureReason: z.string().optional(),
});
export type TrainingJobSummary = z.infer<typeof trainingJobSummarySchema>;

export const trainingJobSummaryPageSchema = z.object({
  trainingJobs: z.array(trainingJobSummarySchema),
  nextToken: z.string().optional(),
});

/** In the order of creation. */
export const trainingJobSummaryQuerySchema = strict({
  maxResults: z.coerce.number().int().min(1).max(2000).default(1000),
  nextToken: z.string().min(1).optional(),
});
export type TrainingJobSummaryQuery = z.input<typeof trainingJobSummaryQuerySchema>;
