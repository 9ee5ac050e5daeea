import { makePlan, type PlanParts } from './make-plan.js';
import type { Plan } from './plan.js';
import { mustHold, Violation } from './violation.js';
import { World } from './world.js';

export interface SimulationReport {
  readonly seed: number;
  readonly plan: Plan;
  readonly events: number;
  readonly simulatedMs: number;
  /** The same for two runs that were the same. */
  readonly digest: number;
  readonly violation?: Violation;
}

/** After the last job has ended, so that late messages arrive and agents tidy up. */
const REST_MS = 180_000;
/** A run that has not come to its end by then turns in circles. */
const MAX_EVENTS = 2_000_000;

/**
 * One run of the production scheduler in virtual time. First everything goes wrong that the plan says, then all faults
 * heal and everything that was asked for must come to its end. The rules are checked after every event.
 */
export async function simulate(
  seed: number,
  parts: PlanParts = {},
  trace?: (what: string) => void,
): Promise<SimulationReport> {
  const plan = makePlan(seed, parts);
  const world = new World(plan, trace);
  let events = 0;
  let violation: Violation | undefined;
  try {
    events = await run(world, livenessMs(plan));
  } catch (error) {
    violation = error instanceof Violation ? error : new Violation('I1', `the run broke off: ${describe(error)}`);
  }
  const { invariants, elapsedMs } = world;
  return {
    seed,
    plan,
    events: Math.max(events, invariants.checks),
    simulatedMs: elapsedMs,
    digest: invariants.digest,
    violation,
  };
}

/** Once every fault has healed, everything must be over within this: one slot could do all of it, four times over. */
function livenessMs({ jobs }: Plan): number {
  let workMs = 3_600_000;
  for (const job of jobs) {
    const count = job.kind === 'tuning' ? (job.spec.limits.maxTrainingJobs ?? 0) : 1;
    const { longestMs, stubborn } = job.trainings;
    workMs += 4 * count * (longestMs + (stubborn > 0 ? 120_000 : 0));
  }
  return workMs;
}

async function run(world: World, enoughMs: number): Promise<number> {
  const { timeline, invariants } = world;
  let events = 0;
  let restUntilMs: number | undefined;
  while (timeline.advance()) {
    events += 1;
    // Lets promises that this event settled have their say, in the same order each time.
    await new Promise((resolve) => setImmediate(resolve));
    invariants.afterEvent();
    const overtimeMs = timeline.nowMs - world.calmAtMs;
    mustHold('I1', overtimeMs < enoughMs, 'a job has not ended long after all faults had healed');
    mustHold('I1', events < MAX_EVENTS, 'the run does not come to an end');
    if (overtimeMs < 0 || !world.isOver) continue;
    restUntilMs ??= timeline.nowMs + REST_MS;
    if (timeline.nowMs >= restUntilMs) break;
  }
  invariants.checkRest();
  return events;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
