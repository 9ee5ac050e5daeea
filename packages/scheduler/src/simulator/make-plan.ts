import { spotClass } from '@fleetune/domain';
import { Chance } from './chance.js';
import type { Plan, PlannedAgent, PlannedJob } from './plan.js';
import { planFaults } from './plan-faults.js';
import { planTrainingJob, planTuningJob } from './plan-jobs.js';

export interface PlanParts {
  /** Places in the plan's list of the faults to keep; all where undefined. */
  readonly faults?: readonly number[];
  /** How many of the agents to keep, from the first; all where undefined. */
  readonly agents?: number;
}

/** The run of a seed, or a part of it. */
export function makePlan(seed: number, parts: PlanParts = {}): Plan {
  const chance = new Chance(seed).stream('plan');
  const chaosMs = chance.integer(3, 12) * 60_000;
  const all = planAgents(chance.stream('agents'));
  const jobs = planJobs(chance.stream('jobs'), chaosMs);
  const faults = planFaults(chance.stream('faults'), chaosMs, all, jobs.length);
  const agents = all.slice(0, parts.agents ?? all.length);
  return {
    seed,
    agents,
    jobs,
    faults: faults.filter((_, index) => parts.faults === undefined || parts.faults.includes(index)),
    calmAtMs: chaosMs + 120_000,
    entryPatienceMs: chance.pick([0, 0, 10_000]),
  };
}

function planAgents(chance: Chance): PlannedAgent[] {
  const count = chance.pick([1, 2, 3, 4, 5, 6, 8]);
  // The first offers everything, so that every job can run in the end, also when agents are left out.
  return Array.from({ length: count }, (_, index) => {
    const units = chance.integer(2, 6);
    const kind = index === 0 ? 'both' : chance.pick(['any', 'small', 'both', 'both', 'gpu']);
    const offers: Record<string, number> = {};
    if (kind === 'any') offers['*'] = units;
    if (kind !== 'any') offers.small = units;
    if (kind === 'both') offers.large = Math.floor(units / 2);
    if (kind === 'gpu') offers.gpu = 1;
    const isSpot = index > 0 && chance.stream(`spot-${index}`).strikes(0.3);
    return { id: `agent-${index}`, offers: isSpot ? onSpot(offers) : offers, drift: chance.between(-0.01, 0.01) };
  });
}

function onSpot(offers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(offers).map(([name, slots]) => [spotClass(name), slots]));
}

function planJobs(chance: Chance, chaosMs: number): PlannedJob[] {
  const tuning = Array.from({ length: chance.integer(1, 4) }, (_, index) =>
    planTuningJob(chance.stream(`tuning-${index}`), index, chaosMs),
  );
  const standalone = Array.from({ length: chance.integer(0, 4) }, (_, index) =>
    planTrainingJob(chance.stream(`training-${index}`), index, chaosMs),
  );
  return [...tuning, ...standalone];
}
