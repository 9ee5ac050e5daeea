import { z } from 'zod';

/** What is, or became of, the slot of a training job that asked for it to be kept. */
export const warmPoolSchema = z.object({
  status: z.enum(['InUse', 'Available', 'Reused', 'Terminated']),
  keepAlivePeriodSeconds: z.number(),
  agentId: z.string(),
  instanceType: z.string(),
  /** Training jobs that ran in the slot before this one: starts that were saved. */
  reuses: z.number(),
  /** How long the slot waited for the next training job, so far or in all. */
  retainedSeconds: z.number(),
  /** When the slot is given back, in ms since 1970, as long as it is Available. */
  expiresAtMs: z.number().optional(),
  /** The training job that started in the slot. */
  reusedBy: z.string().optional(),
  /** Why the slot was given back. */
  end: z.string().optional(),
});
export type WarmPool = z.infer<typeof warmPoolSchema>;

/** Slots that training jobs run in or left ready; the newest job first. */
export const warmPoolListSchema = z.object({
  warmPools: z.array(warmPoolSchema.extend({ trainingJobName: z.string(), agentName: z.string() })),
});
export type ListedWarmPool = z.infer<typeof warmPoolListSchema>['warmPools'][number];
