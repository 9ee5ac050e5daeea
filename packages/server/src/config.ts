import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { S3Settings } from '@fleetune/artifacts';
import type { Quotas } from '@fleetune/sagemaker';
import { DEFAULT_SETTINGS, type SchedulerSettings } from '@fleetune/scheduler';
import { z } from 'zod';
import { PLACEMENT_VARIABLES, placementSettings } from './placement-settings.js';
import { DEFAULT_THROTTLE, type ThrottleSettings } from './throttling/request-throttle.js';

export interface ServerConfig {
  /** Everything the server keeps on disk: the embedded database, objects, credentials. */
  readonly dataDirectory: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Without it, a private PostgreSQL runs in the data directory. */
  readonly databaseUrl?: string;
  /** Without it, the queue is on the database. */
  readonly redisUrl?: string;
  /** What agents use for the queue, where it differs from the server's (a user with fewer rights). */
  readonly agentQueueUrl?: string;
  readonly s3: S3Settings;
  /** Where the server keeps uploads, and models whose job names no place: a bucket that every agent can reach. */
  readonly bucketUri: string;
  readonly region: string;
  /** Twelve digits, as they stand in ARNs. */
  readonly accountId: string;
  /** Made up and kept in the data directory where undefined. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly token?: string;
  readonly joinToken?: string;
  /** Seals the secrets of access keys in the database; the same for every server on it. */
  readonly sealingKey?: string;
  readonly throttle: ThrottleSettings;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly scheduler: SchedulerSettings;
  /** Of tuning jobs that come by SageMaker's API; those that are not named here are its defaults. */
  readonly quotas: Partial<Quotas>;
}

export class InvalidConfigError extends Error {
  override readonly name = 'InvalidConfigError';
}

export type ServerOptions = Partial<Omit<ServerConfig, 's3' | 'scheduler'>> & {
  readonly s3?: S3Settings;
  readonly scheduler?: Partial<SchedulerSettings>;
};

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().positive();
const perSecond = z.coerce.number().min(0).max(1_000_000);
const quota = z.coerce.number().int().positive();

const Environment = z.object({
  FLEETUNE_DATA: z.string().min(1).optional(),
  FLEETUNE_HOST: z.string().min(1).optional(),
  FLEETUNE_HTTP_PORT: port.optional(),
  FLEETUNE_GRPC_PORT: port.optional(),
  FLEETUNE_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  FLEETUNE_REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  FLEETUNE_AGENT_QUEUE_URL: z.url().optional(),
  FLEETUNE_S3_ENDPOINT: z.url().optional(),
  FLEETUNE_S3_REGION: z.string().min(1).optional(),
  FLEETUNE_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  FLEETUNE_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  FLEETUNE_S3_BUCKET: z.string().min(3).max(63).optional(),
  FLEETUNE_REGION: z.string().min(1).optional(),
  FLEETUNE_ACCOUNT_ID: z
    .string()
    .regex(/^\d{12}$/, 'must be 12 digits')
    .optional(),
  FLEETUNE_ACCESS_KEY_ID: z.string().min(16).max(128).optional(),
  FLEETUNE_SECRET_ACCESS_KEY: z.string().min(16).optional(),
  FLEETUNE_TOKEN: z.string().min(16).optional(),
  FLEETUNE_JOIN_TOKEN: z.string().min(16).optional(),
  FLEETUNE_SEALING_KEY: z.string().min(32).optional(),
  FLEETUNE_READS_PER_SECOND: perSecond.optional(),
  FLEETUNE_CHANGES_PER_SECOND: perSecond.optional(),
  FLEETUNE_LEASE_TTL_SECONDS: seconds.optional(),
  FLEETUNE_LEASE_GRACE_SECONDS: seconds.optional(),
  ...PLACEMENT_VARIABLES,
  FLEETUNE_SPOT_PRICE_RATIO: z.coerce.number().gt(0).max(1).optional(),
  FLEETUNE_SPOT_ONLY: z.stringbool().optional(),
  FLEETUNE_MAX_TUNING_JOBS_IN_PROGRESS: quota.optional(),
  FLEETUNE_MAX_TRAINING_JOBS_PER_TUNING_JOB: quota.optional(),
  FLEETUNE_MAX_PARALLEL_TRAINING_JOBS_PER_TUNING_JOB: quota.optional(),
  FLEETUNE_MAX_HYPERPARAMETERS_PER_TUNING_JOB: quota.optional(),
  FLEETUNE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
});

/** Name of the data folder under the home directory where nothing else is said. */
const DEFAULT_DATA_DIRECTORY = join(homedir(), '.fleetune');

/**
 * Puts a configuration together: `options` first, then the environment, then the defaults (loopback, embedded).
 *
 * @throws InvalidConfigError naming every variable that is wrong.
 */
export function serverConfig(options: ServerOptions = {}, environment: NodeJS.ProcessEnv = process.env): ServerConfig {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new InvalidConfigError(`The environment is not valid. ${faults.join('; ')}`);
  }
  const env = parsed.data;
  const dataDirectory = resolve(options.dataDirectory ?? env.FLEETUNE_DATA ?? DEFAULT_DATA_DIRECTORY);
  return {
    dataDirectory,
    host: options.host ?? env.FLEETUNE_HOST ?? '127.0.0.1',
    httpPort: options.httpPort ?? env.FLEETUNE_HTTP_PORT ?? 4600,
    grpcPort: options.grpcPort ?? env.FLEETUNE_GRPC_PORT ?? 4601,
    databaseUrl: options.databaseUrl ?? env.FLEETUNE_DATABASE_URL,
    redisUrl: options.redisUrl ?? env.FLEETUNE_REDIS_URL,
    agentQueueUrl: options.agentQueueUrl ?? env.FLEETUNE_AGENT_QUEUE_URL,
    s3: options.s3 ?? s3Settings(env, dataDirectory),
    bucketUri: options.bucketUri ?? `s3://${env.FLEETUNE_S3_BUCKET ?? 'fleetune'}`,
    region: options.region ?? env.FLEETUNE_REGION ?? 'us-east-1',
    accountId: options.accountId ?? env.FLEETUNE_ACCOUNT_ID ?? '000000000000',
    accessKeyId: options.accessKeyId ?? env.FLEETUNE_ACCESS_KEY_ID,
    secretAccessKey: options.secretAccessKey ?? env.FLEETUNE_SECRET_ACCESS_KEY,
    token: options.token ?? env.FLEETUNE_TOKEN,
    joinToken: options.joinToken ?? env.FLEETUNE_JOIN_TOKEN,
    sealingKey: options.sealingKey ?? env.FLEETUNE_SEALING_KEY,
    throttle: options.throttle ?? {
      readsPerSecond: env.FLEETUNE_READS_PER_SECOND ?? DEFAULT_THROTTLE.readsPerSecond,
      changesPerSecond: env.FLEETUNE_CHANGES_PER_SECOND ?? DEFAULT_THROTTLE.changesPerSecond,
    },
    logLevel: options.logLevel ?? env.FLEETUNE_LOG_LEVEL ?? 'info',
    scheduler: {
      ...DEFAULT_SETTINGS,
      ...leaseSettings(env),
      ...placementSettings(env),
      ...spotSettings(env),
      ...options.scheduler,
    },
    quotas: options.quotas ?? quotas(env),
  };
}

function quotas(env: z.infer<typeof Environment>): Partial<Quotas> {
  const given = {
    tuningJobsInProgress: env.FLEETUNE_MAX_TUNING_JOBS_IN_PROGRESS,
    trainingJobsPerTuningJob: env.FLEETUNE_MAX_TRAINING_JOBS_PER_TUNING_JOB,
    parallelTrainingJobsPerTuningJob: env.FLEETUNE_MAX_PARALLEL_TRAINING_JOBS_PER_TUNING_JOB,
    hyperparametersPerTuningJob: env.FLEETUNE_MAX_HYPERPARAMETERS_PER_TUNING_JOB,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function leaseSettings(env: z.infer<typeof Environment>): Partial<SchedulerSettings> {
  return {
    ...(env.FLEETUNE_LEASE_TTL_SECONDS === undefined ? {} : { leaseTtlMs: env.FLEETUNE_LEASE_TTL_SECONDS * 1000 }),
    ...(env.FLEETUNE_LEASE_GRACE_SECONDS === undefined
      ? {}
      : { leaseGraceMs: env.FLEETUNE_LEASE_GRACE_SECONDS * 1000 }),
  };
}

function spotSettings(env: z.infer<typeof Environment>): Partial<SchedulerSettings> {
  const { FLEETUNE_SPOT_PRICE_RATIO: spotPriceRatio, FLEETUNE_SPOT_ONLY: spotOnly } = env;
  return {
    ...(spotPriceRatio === undefined ? {} : { spotPriceRatio }),
    ...(spotOnly === undefined ? {} : { spotOnly }),
  };
}

/**
 * Where `s3://` addresses lead, by the same variables on servers and agents: an S3 server, or a folder of the data
 * directory with one folder per bucket.
 */
export function s3Settings(
  env: {
    readonly FLEETUNE_S3_ENDPOINT?: string;
    readonly FLEETUNE_S3_REGION?: string;
    readonly FLEETUNE_S3_ACCESS_KEY_ID?: string;
    readonly FLEETUNE_S3_SECRET_ACCESS_KEY?: string;
  },
  dataDirectory: string,
): S3Settings {
  if (env.FLEETUNE_S3_ENDPOINT === undefined) return { kind: 'directory', root: join(dataDirectory, 's3') };
  return {
    kind: 'endpoint',
    endpoint: env.FLEETUNE_S3_ENDPOINT,
    region: env.FLEETUNE_S3_REGION ?? 'us-east-1',
    accessKeyId: env.FLEETUNE_S3_ACCESS_KEY_ID,
    secretAccessKey: env.FLEETUNE_S3_SECRET_ACCESS_KEY,
    forcePathStyle: true,
  };
}
