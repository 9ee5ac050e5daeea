import { z } from 'zod';
import { strict } from './fault.js';

/** Letters, digits and single hyphens inside, as SageMaker has it. */
function jobName(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(
      /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/,
      'A name holds letters, digits and hyphens, and neither starts nor ends with a hyphen.',
    );
}

/** Up to 32 characters: the training jobs' names are made from it and may have 63. */
export const tuningJobNameSchema = jobName(32);
export const trainingJobNameSchema = jobName(63);

export const uriSchema = z
  .string()
  .max(1024)
  .regex(/^(file:\/\/\/|s3:\/\/[^/]).*$/, 'Must be a URI that starts with file:/// or s3://.');

const hyperparameterNameSchema = z.string().min(1).max(256);

/** A static hyperparameter; numbers and truth values become the text the program is given. */
export const hyperparametersSchema = z.record(
  hyperparameterNameSchema,
  z.union([z.string().max(2500), z.number(), z.boolean()]),
);

/** What runs, told apart by its first field. */
export const algorithmSchema = z.union([
  strict({ builtin: z.string().min(1), version: z.string().min(1).optional() }),
  strict({
    /** Path of the script inside `source`. */
    script: z.string().min(1).max(1024),
    /** A folder or a .tar.gz. */
    source: uriSchema,
  }),
  strict({ command: z.array(z.string()).min(1).max(100) }),
  strict({
    image: z.string().min(1).max(255),
    entrypoint: z.array(z.string()).min(1).max(100).optional(),
    arguments: z.array(z.string()).max(100).optional(),
  }),
]);

const channelSchema = z.union([
  uriSchema,
  strict({
    uri: uriSchema,
    contentType: z.string().max(256).optional(),
    compression: z.enum(['None', 'Gzip']).optional(),
    /** File: a folder, complete before the start. FastFile: the bytes come when they are read. Pipe: FIFOs. */
    inputMode: z.enum(['File', 'FastFile', 'Pipe']).optional(),
    /** What `uri` names: data, a JSON list of objects, or JSON lines. */
    dataType: z.enum(['S3Prefix', 'ManifestFile', 'AugmentedManifestFile']).optional(),
    distribution: z.enum(['FullyReplicated', 'ShardedByS3Key']).optional(),
    /** What is taken from each line of an augmented manifest. */
    attributeNames: z.array(z.string().min(1).max(256)).max(16).optional(),
    recordWrapper: z.enum(['None', 'RecordIO']).optional(),
    /** Another order of the objects for each pass of a Pipe channel. */
    shuffleSeed: z.int().optional(),
  }),
]);

const instanceSchema = strict({
  type: z.string().min(1).max(63),
  /** More than one instance runs as a gang. */
  count: z.int().min(1).max(100).optional(),
  volumeSizeGib: z.int().min(1).max(16_384).optional(),
});

/** What one training needs, in tuning jobs and alone. */
export const trainingDefinitionShape = {
  algorithm: algorithmSchema,
  hyperparameters: hyperparametersSchema.optional(),
  channels: z
    .record(
      z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'A channel name has 1 to 64 letters, digits, and . _ -'),
      channelSchema,
    )
    .optional(),
  /** Metric name to the regular expression (RE2) whose first group is the value; tried on every log line. */
  metrics: z.record(z.string().min(1).max(255), z.string().min(1).max(500)).optional(),
  /** Where models go; the server has a folder of its own for those that name none. */
  output: uriSchema.optional(),
  /** GZIP: one `model.tar.gz`. NONE: the model's files. */
  outputCompression: z.enum(['GZIP', 'NONE']).optional(),
  /** What `/opt/ml/checkpoints` is kept in step with; each training job of a tuning job has a folder there. */
  checkpoints: uriSchema.optional(),
  instance: instanceSchema.optional(),
  /** Instances in order of preference, instead of `instance`. */
  instances: z.array(instanceSchema).min(1).max(5).optional(),
  stopping: strict({
    maxRuntimeSeconds: z.int().min(1).max(2_419_200).optional(),
    maxWaitSeconds: z.int().min(1).optional(),
    maxPendingSeconds: z.int().min(1).optional(),
  }).optional(),
  environment: z
    .record(
      z
        .string()
        .regex(
          /^[a-zA-Z_][a-zA-Z0-9_]{0,511}$/,
          'A variable name has letters, digits and _, and starts with no digit.',
        ),
      z.union([z.string().max(512), z.number(), z.boolean()]),
    )
    .optional(),
  retry: strict({ maximumRetryAttempts: z.int().min(0).max(30) }).optional(),
  spot: z.boolean().optional(),
  networkIsolation: z.boolean().optional(),
  /** The highest of a tenant's goes first; waiting lifts the others. */
  priority: z.int().min(-100).max(100).optional(),
  /** How long the slot stays ready for the next training job that asks for the same; 0, the default, is not at all. */
  keepAlivePeriodSeconds: z.int().min(0).max(3600).optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
};
