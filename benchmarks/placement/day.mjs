import { Chance } from '@fleetune/scheduler/simulator';
import { Fleet, tuningSpec } from './fleet.mjs';

const DAY_MS = 86_400_000;
const TENANTS = 50;
const PER_TUNING_JOB = 500;

/**
 * A simulated day: tuning jobs arrive all day long and keep about nine of ten agents busy. Leases are renewed every
 * 60 s instead of 5 s: the other 160 million renewals say nothing about placement.
 */
export function simulateDay({ agents, jobs, onHour }) {
  const chance = new Chance(1);
  const meanSeconds = (0.9 * agents * (DAY_MS / 1000)) / jobs;
  const settings = { leaseTtlMs: 180_000, leaseGraceMs: 15_000 };
  const fleet = new Fleet({ settings, renewEveryMs: 60_000, random: chance.next });
  const startMs = fleet.timeline.nowMs;
  for (let index = 0; index < agents; index += 1) fleet.addAgent(`agent-${index}`, 1);
  for (let index = 0; index < jobs / PER_TUNING_JOB; index += 1) {
    const spec = tuningSpec({ trainingJobs: PER_TUNING_JOB, parallel: 10 + (index % 5) * 10, meanSeconds });
    const tuning = { id: `tuning-${index}`, tenant: `tenant-${index % TENANTS}`, spec };
    fleet.timeline.at(startMs + chance.between(0, 0.8 * DAY_MS), () => fleet.submitTuning(tuning));
  }
  const startedMs = performance.now();
  let peakRssMib = 0;
  const look = () => {
    const { rss, heapUsed } = process.memoryUsage();
    peakRssMib = Math.max(peakRssMib, rss / 2 ** 20);
    onHour?.({ hour: (fleet.timeline.nowMs - startMs) / 3_600_000, ended: fleet.ended, heapMib: heapUsed / 2 ** 20 });
    fleet.timeline.after(3_600_000, look);
  };
  look();
  fleet.run(() => fleet.ended >= jobs);
  return {
    jobs: fleet.ended,
    agents,
    wallSeconds: (performance.now() - startedMs) / 1000,
    peakRssMib,
    simulatedHours: (fleet.timeline.nowMs - startMs) / 3_600_000,
    events: fleet.events,
  };
}
