import type { Chance } from './chance.js';
import type { Fault } from './faults.js';
import type { PlannedAgent } from './plan.js';

type Draw = (chance: Chance, agents: readonly PlannedAgent[], jobs: number) => FaultKind;
/** A fault without its time. */
type FaultKind = Fault extends infer F ? (F extends Fault ? Omit<F, 'atMs' | 'forMs'> : never) : never;

const agentOf = (chance: Chance, agents: readonly PlannedAgent[]) => chance.pick(agents).id;

const killed: Draw = (chance, agents) => ({ kind: 'agent killed', agent: agentOf(chance, agents) });
const frozen: Draw = (chance, agents) => ({ kind: 'agent frozen', agent: agentOf(chance, agents) });
const partitioned: Draw = (chance, agents) => ({
  kind: 'partition',
  agent: agentOf(chance, agents),
  direction: chance.pick(['up', 'down', 'both'] as const),
});
const delayed: Draw = (chance, agents) => ({
  kind: 'messages delayed',
  agent: agentOf(chance, agents),
  byMs: chance.pick([100, 5_000, 60_000]),
});
const doubled: Draw = (chance, agents) => ({
  kind: 'messages doubled',
  agent: agentOf(chance, agents),
  share: chance.between(0.1, 0.9),
});

/** What stands twice is drawn twice as often. */
const DRAWS: readonly Draw[] = [
  killed,
  killed,
  frozen,
  frozen,
  (chance, agents) => ({ kind: 'agent drained', agent: agentOf(chance, agents) }),
  (chance, agents) => ({ kind: 'agent broken', agent: agentOf(chance, agents) }),
  (chance) => ({ kind: 'class lost', instanceClass: chance.pick(['small', 'large']) }),
  (chance, agents) => ({ kind: 'stream cut', agent: agentOf(chance, agents) }),
  partitioned,
  delayed,
  partitioned,
  delayed,
  (chance, agents) => ({ kind: 'messages lost', agent: agentOf(chance, agents), share: chance.between(0.05, 0.5) }),
  doubled,
  doubled,
  () => ({ kind: 'queue wiped' }),
  (chance) => ({ kind: 'queue loses', share: chance.between(0.1, 1) }),
  (chance) => ({ kind: 'queue doubles', share: chance.between(0.1, 1) }),
  () => ({ kind: 'queue reorders' }),
  () => ({ kind: 'queue hangs' }),
  (chance) => ({ kind: 'commits slow', byMs: chance.pick([200, 3_000, 30_000]) }),
  (chance) => ({ kind: 'commits fail', share: chance.between(0.1, 0.9) }),
  (chance) => ({ kind: 'commits unanswered', share: chance.between(0.1, 0.9) }),
  () => ({ kind: 'ownership lost' }),
  () => ({ kind: 'server killed' }),
  () => ({ kind: 'server killed' }),
  (chance) => ({ kind: 'search fails', share: chance.between(0.2, 0.8) }),
  (chance) => ({ kind: 'search slow', byMs: chance.integer(1_000, 30_000) }),
  () => ({ kind: 'requests unheard' }),
  (chance, _agents, jobs) => ({ kind: 'user stops job', job: chance.integer(0, jobs - 1) }),
  () => ({ kind: 'user stops some training job' }),
  (chance) => ({ kind: 'user changes a warm pool', toSeconds: chance.pick([0, 5, 3600]) }),
];

/** Draws the faults of a run, earliest first. */
export function planFaults(chance: Chance, chaosMs: number, agents: readonly PlannedAgent[], jobs: number): Fault[] {
  const faults = Array.from({ length: chance.integer(0, 40) }, (): Fault => {
    const fault = chance.pick(DRAWS)(chance, agents, jobs);
    // What users ask for is no fault: it may come when everything works again.
    const lastMs = fault.kind.startsWith('user') ? chaosMs + 360_000 : chaosMs;
    const window = { atMs: chance.integer(0, lastMs), forMs: chance.pick([2_000, 15_000, 30_000, 60_000, 120_000]) };
    return { ...window, ...fault } as Fault;
  });
  return faults.sort((a, b) => a.atMs - b.atMs);
}
