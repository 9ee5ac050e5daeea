import {
  firstDifference,
  type InstanceRequest,
  type TrainingJobSpec,
  WARM_POOL_FIELDS,
  type WarmPoolField,
  warmPoolMatch,
} from '@fleetune/domain';
import type { WarmPools } from './warm-pools.js';

/** Why a training job starts cold although its tenant has a slot that waits. */
export interface NearMiss {
  readonly field: WarmPoolField;
  /** "the warm pool of job-1 differs in VolumeSizeInGB: 50, not 30" */
  readonly message: string;
}

/** So many pools are compared, the oldest first. */
const MOST_COMPARED = 100;

/**
 * The first field in which a training job on `entry` differs from the pool that is most like it: the one that agrees in
 * most fields, in the order of the guide. Undefined where no pool waits, or one would match.
 */
export function nearMiss(
  pools: WarmPools,
  job: { readonly tenant: string; readonly spec: TrainingJobSpec },
  entry: InstanceRequest,
): NearMiss | undefined {
  const asked = warmPoolMatch(job.spec, entry);
  let nearest: (NearMiss & { readonly agrees: number }) | undefined;
  let compared = 0;
  for (const pool of pools.ofTenant(job.tenant)) {
    if (pool.reservedFor !== undefined) continue;
    if (compared >= MOST_COMPARED) break;
    compared += 1;
    const field = firstDifference(asked, pool.match);
    if (field === undefined) return undefined;
    const agrees = WARM_POOL_FIELDS.indexOf(field);
    if (agrees <= (nearest?.agrees ?? -1)) continue;
    const [its, wanted] = [said(pool.match[field]), said(asked[field])];
    nearest = {
      field,
      agrees,
      message: `the warm pool of ${pool.trainingJobName} differs in ${field}: ${its}, not ${wanted}`,
    };
  }
  return nearest;
}

function said(value: string | number | boolean): string {
  return value === '' ? 'none' : String(value);
}
