import { z } from 'zod';
import { strict } from './fault.js';
import { finiteOrNamed, pageQueryShape, tagsSchema } from './page.js';
import { trainingDefinitionShape, trainingJobNameSchema } from './training-definition.js';
import { warmPoolSchema } from './warm-pool.js';

/** Body of `POST /training-jobs`: one training without a search. */
export const createTrainingJobSchema = strict({
  name: trainingJobNameSchema.optional(),
  ...trainingDefinitionShape,
});
export type CreateTrainingJobBody = z.infer<typeof createTrainingJobSchema>;

export const trainingJobStatusSchema = z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']);

const hyperparameterValue = z.union([z.number(), z.string()]);

/** A training job as the API shows it. Times are milliseconds since 1970. */
export const trainingJobSchema = z.object({
  name: z.string(),
  status: trainingJobStatusSchema,
  secondaryStatus: z.string(),
  failureReason: z.string().optional(),
  creationTimeMs: z.number(),
  lastModifiedTimeMs: z.number(),
  trainingStartTimeMs: z.number().optional(),
  trainingEndTimeMs: z.number().optional(),
  trainingTimeSeconds: z.number().optional(),
  billableTimeSeconds: z.number().optional(),
  instanceType: z.string().optional(),
  modelArtifactUri: z.string().optional(),
  finalMetrics: z.array(z.object({ name: z.string(), value: finiteOrNamed, timestampMs: z.number() })),
  attemptCount: z.number(),
  /** From the free slot to the program's first output. */
  startupMs: z.number().optional(),
  warmPool: warmPoolSchema.optional(),
  /** All hyperparameters the program was given, static and tuned. */
  hyperparameters: z.record(z.string(), z.string()),
  transitions: z.array(
    z.object({
      status: z.string(),
      startTimeMs: z.number(),
      endTimeMs: z.number().optional(),
      statusMessage: z.string().optional(),
    }),
  ),
  tuning: z
    .object({
      tuningJobName: z.string(),
      index: z.number(),
      definitionName: z.string(),
      configuration: z.record(z.string(), hyperparameterValue),
      objectiveValue: finiteOrNamed.optional(),
    })
    .optional(),
  tags: tagsSchema,
});
export type TrainingJob = z.infer<typeof trainingJobSchema>;

export const trainingJobPageSchema = z.object({
  trainingJobs: z.array(trainingJobSchema),
  nextToken: z.string().optional(),
});

export const trainingJobQuerySchema = strict({
  ...pageQueryShape,
  status: trainingJobStatusSchema.optional(),
  tuningJobName: z.string().min(1).optional(),
  sortBy: z.enum(['Name', 'CreationTime', 'Status', 'FinalObjectiveMetricValue']).default('CreationTime'),
});
export type TrainingJobListQuery = z.input<typeof trainingJobQuerySchema>;

export const metricPointsSchema = z.object({
  metrics: z.array(z.object({ name: z.string(), value: finiteOrNamed, step: z.number(), timestampMs: z.number() })),
});

export const logQuerySchema = strict({
  /** Bytes to skip of what the program printed. */
  offset: z.coerce.number().int().min(0).default(0),
  maxBytes: z.coerce.number().int().min(1).max(4_194_304).default(262_144),
  /** How long to wait for more when nothing lies after `offset` yet. */
  waitSeconds: z.coerce.number().min(0).max(30).default(0),
});
export type LogRange = z.input<typeof logQuerySchema>;

/** A piece of a log. A chunk that starts after the end of the one before says that bytes between them are lost. */
export const logSliceSchema = z.object({
  chunks: z.array(z.object({ offset: z.number(), timestampMs: z.number(), dataBase64: z.string() })),
  nextOffset: z.number(),
  /** True when the program has ended and nothing comes after `nextOffset`. */
  complete: z.boolean(),
});
