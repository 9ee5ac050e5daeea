import { z } from 'zod';
import { strict } from './fault.js';
import { pageQueryShape, tagsSchema } from './page.js';
import { trainingDefinitionShape, tuningJobNameSchema } from './training-definition.js';
import { trainingJobSchema } from './training-job.js';

const strategyNameSchema = z.enum(['Random', 'Grid', 'Bayesian', 'Hyperband', 'Sobol', 'TPE', 'CMA-ES', 'BOHB']);

const rangeSchema = z.union([
  strict({
    min: z.number(),
    max: z.number(),
    scaling: z.enum(['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic']).optional(),
    /** `continuous` unless said otherwise, also where both ends are whole numbers. */
    type: z.enum(['continuous', 'integer']).optional(),
  }),
  strict({ values: z.array(z.union([z.string(), z.number(), z.boolean()])) }),
  /** An example value, from which a range is chosen. */
  strict({ hint: z.union([z.string(), z.number(), z.boolean()]) }),
]);

/** Body of `POST /tuning-jobs`; `fleetune tune` writes it from a YAML file of the same fields. */
export const createTuningJobSchema = strict({
  /** Made up from the algorithm and the time when missing. */
  name: tuningJobNameSchema.optional(),
  strategy: z
    .union([
      strategyNameSchema,
      strict({
        name: strategyNameSchema,
        minResource: z.int().min(1).optional(),
        maxResource: z.int().min(1).optional(),
      }),
    ])
    .optional(),
  seed: z.int().min(0).max(2_147_483_647).optional(),
  objective: strict({ metric: z.string().min(1).max(255), type: z.enum(['Maximize', 'Minimize']) }),
  limits: strict({
    maxTrainingJobs: z.int().min(1).max(1_000_000).optional(),
    maxParallelTrainingJobs: z.int().min(1).max(10_000),
    maxRuntimeSeconds: z.int().min(1).optional(),
  }),
  completion: strict({
    targetObjectiveValue: z.number().optional(),
    maxTrainingJobsNotImproving: z.int().min(3).optional(),
    completeOnConvergence: z.boolean().optional(),
  }).optional(),
  earlyStopping: z.enum(['Off', 'Auto']).optional(),
  /** Trains each configuration once per fold; the mean of the folds' objectives is its own. */
  crossValidation: strict({
    folds: z.int().min(2).max(50),
    repeats: z.int().min(1).max(10).optional(),
    method: z.enum(['KFold', 'Stratified', 'Grouped', 'TimeSeries']).optional(),
    /** Decides the division; the tuning job's own seed when it is missing. */
    seed: z.int().min(0).max(2_147_483_647).optional(),
    maxParallelFolds: z.int().min(1).optional(),
    minSucceededFolds: z.int().min(1).optional(),
    stopHopeless: z.boolean().optional(),
  }).optional(),
  /** Tuning jobs that have ended, whose results this one starts from. */
  warmStart: strict({
    type: z.enum(['IdenticalDataAndAlgorithm', 'TransferLearning']),
    parents: z.array(tuningJobNameSchema).min(1).max(5),
  }).optional(),
  ranges: z.record(z.string().min(1).max(256), rangeSchema),
  ...trainingDefinitionShape,
});
export type CreateTuningJobBody = z.infer<typeof createTuningJobSchema>;

export const tuningJobStatusSchema = z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']);

/** A tuning job as the API shows it. Times are milliseconds since 1970. */
export const tuningJobSchema = z.object({
  name: z.string(),
  status: tuningJobStatusSchema,
  completionReason: z.string().optional(),
  failureReason: z.string().optional(),
  strategy: z.string(),
  seed: z.number(),
  objective: z.object({ metric: z.string(), type: z.enum(['Maximize', 'Minimize']) }),
  limits: z.object({
    maxTrainingJobs: z.number().optional(),
    maxParallelTrainingJobs: z.number(),
    maxRuntimeSeconds: z.number().optional(),
  }),
  earlyStopping: z.enum(['Off', 'Auto']),
  crossValidation: z
    .object({ folds: z.number(), repeats: z.number(), method: z.string(), seed: z.number() })
    .optional(),
  warmStart: z.object({ type: z.string(), parents: z.array(z.string()) }).optional(),
  /** One per training-job definition; its name is empty when there is only one. */
  definitions: z.array(
    z.object({
      name: z.string(),
      ranges: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(['continuous', 'integer', 'categorical']),
          min: z.number().optional(),
          max: z.number().optional(),
          scaling: z.string().optional(),
          values: z.array(z.string()).optional(),
        }),
      ),
    }),
  ),
  creationTimeMs: z.number(),
  lastModifiedTimeMs: z.number(),
  endTimeMs: z.number().optional(),
  trainingJobCounts: z.object({
    completed: z.number(),
    inProgress: z.number(),
    retryableError: z.number(),
    nonRetryableError: z.number(),
    stopped: z.number(),
  }),
  objectiveCounts: z.object({ succeeded: z.number(), pending: z.number(), failed: z.number() }),
  bestTrainingJob: trainingJobSchema.optional(),
  /** The best of this tuning job and its parents, with a warm start of type IdenticalDataAndAlgorithm. */
  overallBestTrainingJob: trainingJobSchema.optional(),
  trainingJobsNotImproving: z.number(),
  convergenceDetectedTimeMs: z.number().optional(),
  consumedRuntimeSeconds: z.number(),
  tags: tagsSchema,
});
export type TuningJob = z.infer<typeof tuningJobSchema>;

export const tuningJobPageSchema = z.object({ tuningJobs: z.array(tuningJobSchema), nextToken: z.string().optional() });

export const tuningJobQuerySchema = strict({
  ...pageQueryShape,
  status: tuningJobStatusSchema.optional(),
  sortBy: z.enum(['Name', 'CreationTime', 'Status']).default('CreationTime'),
});
export type TuningJobListQuery = z.input<typeof tuningJobQuerySchema>;
