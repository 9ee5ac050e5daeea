export interface AccessKey {
  readonly secretAccessKey: string;
  readonly tenant: string;
  /** True for the key that agents on other machines have: they read and write for every tenant. */
  readonly isAdministrator?: boolean;
}

export interface S3Options {
  /** The folder behind `s3://`: `s3://bucket/key` is the file `root/bucket/key`. It is made when it is not there. */
  readonly root: string;
  /** Undefined for an access key nobody has. */
  readonly accessKeys: (accessKeyId: string) => AccessKey | undefined;
  readonly clock: () => Date;
  /** Of every bucket; default `us-east-1`. */
  readonly region?: string;
  /** The tenant that has the buckets which nobody made through S3. Default: every tenant may use those. */
  readonly ownTenant?: string;
  /** Bucket names that cannot be created, because the server has something else there. Default: {@link RESERVED_NAMES}. */
  readonly reservedNames?: readonly string[];
  /** The tenant that alone may make a bucket of this name, which others' programs rely on; undefined for any. */
  readonly keptFor?: (bucket: string) => string | undefined;
  /** How long a client may send nothing in the middle of a body. Default 60. */
  readonly idleTimeoutSeconds?: number;
  /** Told of every error that is answered as an InternalError. Default: the log of the HTTP server, if there is one. */
  readonly onInternalError?: (error: unknown, requestId: string, operation: string) => void;
}

/** First segments of the paths that a Fleetune server keeps for itself. */
export const RESERVED_NAMES: readonly string[] = [
  'api',
  'metrics',
  'healthz',
  'readyz',
  'service',
  'console',
  'assets',
];
