import type { WarmPoolStatus } from '@aws-sdk/client-sagemaker';
import type { WarmPoolView } from '@fleetune/scheduler';

/** `WarmPoolStatus` of a training job, undefined where its slot was never one to be kept. */
export function warmPoolStatus(pool: WarmPoolView | undefined): WarmPoolStatus | undefined {
  if (pool === undefined) return undefined;
  return {
    Status: pool.status,
    ...(pool.status === 'InUse' ? {} : { ResourceRetainedBillableTimeInSeconds: Math.ceil(pool.retainedSeconds) }),
    ...(pool.reusedBy === undefined ? {} : { ReusedByJob: pool.reusedBy }),
  };
}
