import type { SchedulerSettings, TenantShare } from '@fleetune/scheduler';
import { z } from 'zod';

const seconds = z.coerce.number().nonnegative();

/** `vision=2,speech=1:40`: weights, and after a colon how many instances a tenant may hold at once. */
const shares = z
  .string()
  .regex(/^[^=,:]+=\d+(\.\d+)?(:\d+)?(,[^=,:]+=\d+(\.\d+)?(:\d+)?)*$/, 'must be like vision=2,speech=1:40')
  .transform((text) => new Map(text.split(',').map(share)))
  .refine((tenants) => [...tenants.values()].every(({ weight }) => weight > 0), 'weights must be greater than 0');

/** Variables that say how training jobs are placed on the fleet. */
export const PLACEMENT_VARIABLES = {
  FLEETUNE_FALLBACK_PATIENCE_SECONDS: seconds.optional(),
  FLEETUNE_WHEN_NOT_OFFERED: z.enum(['wait', 'fail']).optional(),
  FLEETUNE_OFFER_PATIENCE_SECONDS: seconds.optional(),
  FLEETUNE_TENANT_SHARES: shares.optional(),
  FLEETUNE_MAX_WARM_POOLS: z.coerce.number().int().nonnegative().optional(),
} as const;

export type PlacementVariables = z.infer<z.ZodObject<typeof PLACEMENT_VARIABLES>>;

export function placementSettings(variables: PlacementVariables): Partial<SchedulerSettings> {
  const given: Partial<Record<keyof SchedulerSettings, unknown>> = {
    entryPatienceMs: inMs(variables.FLEETUNE_FALLBACK_PATIENCE_SECONDS),
    whenNotOffered: variables.FLEETUNE_WHEN_NOT_OFFERED,
    offerPatienceMs: inMs(variables.FLEETUNE_OFFER_PATIENCE_SECONDS),
    tenants: variables.FLEETUNE_TENANT_SHARES,
    maxWarmPools: variables.FLEETUNE_MAX_WARM_POOLS,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function share(text: string): [string, TenantShare] {
  const [tenant = '', numbers = ''] = text.split('=');
  const [weight, maxInstances] = numbers.split(':').map(Number);
  return [tenant, { weight: weight ?? 1, ...(maxInstances === undefined ? {} : { maxInstances }) }];
}

function inMs(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * 1000;
}
