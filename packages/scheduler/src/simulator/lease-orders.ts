import type { Held } from './held-attempt.js';

/** A program that must end with its lease is asked to so much earlier. */
const SAVING_MS = 5_000;

type Lease = Pick<Held, 'heldFromMs' | 'stopOrdered'>;

/** What an agent that cannot renew a lease does about its program now. */
export function leaseOrder(
  { heldFromMs, stopOrdered }: Lease,
  ttlMs: number,
  nowMs: number,
): 'kill' | 'stop' | undefined {
  const leftMs = heldFromMs + ttlMs - nowMs;
  if (leftMs <= 0) return 'kill';
  return leftMs <= SAVING_MS && !stopOrdered ? 'stop' : undefined;
}

/** When the next of these leases wants something done, by the agent's clock. */
export function nextLeaseOrderMs(leases: readonly Lease[], ttlMs: number): number | undefined {
  if (leases.length === 0) return undefined;
  return Math.min(...leases.map(({ heldFromMs, stopOrdered }) => heldFromMs + ttlMs - (stopOrdered ? 0 : SAVING_MS)));
}
