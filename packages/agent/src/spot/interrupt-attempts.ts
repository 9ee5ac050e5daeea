import type { AgentClock } from '../clock.js';
import type { FleetMembership } from '../fleet-membership.js';
import { within } from '../within.js';
import { interruptionPlan } from './interruption-plan.js';
import type { SpotNotice } from './spot-notices.js';

type Interrupted = Pick<FleetMembership, 'board' | 'intake' | 'startDraining' | 'whenNoneRuns' | 'whenAllDelivered'>;

/**
 * Ends what runs before the machine is taken away: SIGTERM at once, SIGKILL and the last checkpoint in time for the
 * server to hear of it. Resolves when the server has every result, or the time is over.
 */
export async function interruptAttempts(
  membership: Interrupted,
  { reason, secondsLeft }: SpotNotice,
  clock: AgentClock,
): Promise<void> {
  const { board, intake } = membership;
  const endsAtMs = clock.monotonicMs() + secondsLeft * 1000;
  const interruptRunning = () => {
    const time = interruptionPlan(Math.max(0, endsAtMs - clock.monotonicMs()));
    for (const key of board.running()) board.interrupt(key, reason, time);
  };
  membership.startDraining();
  interruptRunning();
  // One that was being claimed may start all the same.
  void intake.whenIdle().then(interruptRunning);
  const { endMs } = interruptionPlan(secondsLeft * 1000);
  const allEnded = await within(clock, endMs, membership.whenNoneRuns());
  if (!allEnded) for (const key of board.running()) board.kill(key, reason);
  await within(clock, Math.max(0, endsAtMs - clock.monotonicMs()), membership.whenAllDelivered());
}
