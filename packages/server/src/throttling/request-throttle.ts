import { type TokenBucketSettings, TokenBuckets } from './token-buckets.js';

export interface ThrottleSettings {
  /** Of requests that only look, by one access key. */
  readonly readsPerSecond: number;
  /** Of requests that make, change or delete something, by one access key. */
  readonly changesPerSecond: number;
}

/** Far above what people and waiters ask, far below what would starve the others. */
export const DEFAULT_THROTTLE: ThrottleSettings = { readsPerSecond: 1_000, changesPerSecond: 200 };

export type OperationClass = 'read' | 'change';

/** Decides which signed requests are answered now, and which are told to come again. */
export class RequestThrottle {
  readonly #buckets: Readonly<Record<OperationClass, TokenBuckets>>;
  readonly #refused: (operationClass: OperationClass) => void;

  /** @param refused told of each request that is not let in. */
  constructor(settings: ThrottleSettings, nowMs: () => number, refused: (operationClass: OperationClass) => void) {
    this.#buckets = {
      read: new TokenBuckets(bucketOf(settings.readsPerSecond), nowMs),
      change: new TokenBuckets(bucketOf(settings.changesPerSecond), nowMs),
    };
    this.#refused = refused;
  }

  /** @param operation in AWS's words, such as `DescribeTrainingJob`. */
  admit(accessKeyId: string, operation: string): boolean {
    const operationClass = operationClassOf(operation);
    const admitted = this.#buckets[operationClass].take(accessKeyId);
    if (!admitted) this.#refused(operationClass);
    return admitted;
  }
}

function operationClassOf(operation: string): OperationClass {
  return /^(Describe|List|Get|Search|Filter)/.test(operation) ? 'read' : 'change';
}

/** Two seconds' worth at once. */
function bucketOf(perSecond: number): TokenBucketSettings {
  return { perSecond, burst: Math.max(1, 2 * perSecond) };
}
