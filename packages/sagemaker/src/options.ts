import type { MetricDefinition } from '@fleetune/domain';
import type { JobService, JobUpkeep } from '@fleetune/scheduler';
import type { Quotas } from './quotas.js';
import type { AccessKeys } from './signature/authenticate.js';

/** What stands behind the SageMaker API of one Fleetune. */
export interface SageMakerOptions {
  readonly jobs: JobService & JobUpkeep;
  /** Undefined for an access key nobody has. */
  readonly accessKeys: AccessKeys;
  readonly clock: () => Date;
  /** Such as `us-east-1`; goes into ARNs. */
  readonly region: string;
  /** 12 digits; goes into ARNs. Default `000000000000`. */
  readonly accountId?: string;
  /** The built-in algorithm that a `TrainingImage` stands for. Default: none does, and every image is a container. */
  readonly resolveAlgorithmImage?: (image: string) => { readonly name: string; readonly version: string } | undefined;
  /** The metrics that a built-in algorithm prints. Default: none. */
  readonly builtinMetricDefinitions?: (name: string) => readonly MetricDefinition[];
  /** Seed of a tuning job that names none: an integer from 0 to 2**31 - 1. Default: cryptographically random. */
  readonly randomSeed?: () => number;
  /** False for a caller who has asked too much lately. Default: nobody has. */
  readonly admit?: (accessKeyId: string, operation: string) => boolean;
  /** What a tuning job may ask for. Default: see `DEFAULT_QUOTAS`, which are above SageMaker's. */
  readonly quotas?: Partial<Quotas>;
  /** Told of every error that is answered as an InternalFailure. Default: the log of the HTTP server, if there is one. */
  readonly onInternalFailure?: (error: unknown, requestId: string, operation: string) => void;
}
