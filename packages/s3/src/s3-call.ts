import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { PayloadExpectation } from '@fleetune/sigv4';
import type { Storage } from './storage/storage.js';

/** Who sent a request, as its signature proves. */
interface S3Caller {
  readonly tenant: string;
  /** May use every bucket. */
  readonly isAdministrator: boolean;
}

/** One request to S3, its signature checked, its path read. */
export interface S3Call extends S3Caller {
  readonly requestId: string;
  /** The path as it came, for error documents. */
  readonly resource: string;
  readonly bucket: string;
  /** Empty for requests about a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** What the signature asks of the body. */
  readonly payload: PayloadExpectation;
  readonly idleTimeoutMs: number;
}

/** What operations work with. */
export interface S3Context {
  readonly storage: Storage;
  readonly region: string;
  readonly clock: () => Date;
  readonly reservedNames: readonly string[];
  /** The tenant that alone may make a bucket of this name. */
  readonly keptFor: (bucket: string) => string | undefined;
  /** False for a bucket that is another tenant's. */
  readonly mayUse: (caller: S3Caller, bucket: string) => Promise<boolean>;
  /** The error document for an answer that has begun already. Tells of errors that are our own. */
  readonly describeError: (call: S3Call, error: unknown) => string;
}

export interface S3Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array | string>;
}

export type S3Operation = (call: S3Call, context: S3Context) => Promise<S3Response>;

/** The one value of a header. */
export function header(call: S3Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
