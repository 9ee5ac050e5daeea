import type { Origin } from '@fleetune/scheduler';

/** The request as this API was sent it, without the environment; undefined when another API was. */
export function ownRequest(origin: Origin): Record<string, unknown> | undefined {
  if (origin.api !== 'fleetune' || typeof origin.request !== 'object' || origin.request === null) return undefined;
  const { environment: _hidden, ...shown } = origin.request as Record<string, unknown>;
  return shown;
}
