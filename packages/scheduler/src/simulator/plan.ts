import { instanceTypeOf, isSpotClass, type TrainingJobSpec, type TuningJobSpec } from '@fleetune/domain';
import type { Fault } from './faults.js';

export interface PlannedAgent {
  readonly id: string;
  /** Slots by class; `*` is any class, on spot machines `*:spot`. Classes share the machine. */
  readonly offers: Readonly<Record<string, number>>;
  /** How much faster than the server's its clock runs, as a ratio. */
  readonly drift: number;
}

/** What one slot of a class takes of an agent's machine. */
const CLASS_UNITS: Readonly<Record<string, number>> = { small: 1, large: 2, gpu: 2, '*': 1 };

export function machineUnits({ offers }: PlannedAgent): number {
  return offers['*'] ?? offers['*:spot'] ?? offers.small ?? offers['small:spot'] ?? 0;
}

/** Under which name agents for any class serve it. What is simulated must not be asked: it may be wrong. */
export function anyOffer(instanceClass: string): string {
  return isSpotClass(instanceClass) ? '*:spot' : '*';
}

/** What an attempt of the class takes of the agent's machine; undefined when the agent does not offer the class. */
export function unitsOf({ offers }: PlannedAgent, instanceClass: string): number | undefined {
  if (offers[anyOffer(instanceClass)] !== undefined) return 1;
  return (offers[instanceClass] ?? 0) > 0 ? CLASS_UNITS[instanceTypeOf(instanceClass)] : undefined;
}

export interface PlannedTuningJob {
  readonly kind: 'tuning';
  readonly name: string;
  readonly tenant: string;
  readonly spec: TuningJobSpec;
  readonly atMs: number;
  /** Suggestions that its search has to give; undefined for no end. */
  readonly searchSize?: number;
  /** The search says that it converged with this suggestion. */
  readonly convergesAfter?: number;
  readonly trainings: PlannedTrainings;
}

export interface PlannedTrainingJob {
  readonly kind: 'training';
  readonly name: string;
  readonly tenant: string;
  readonly spec: TrainingJobSpec;
  readonly atMs: number;
  readonly trainings: PlannedTrainings;
}

/** How the programs of a job behave. */
export interface PlannedTrainings {
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly epochs: number;
  readonly failing: number;
  readonly withoutObjective: number;
  /** Attempts that end by a fault of the machine; each attempt has its own luck. */
  readonly flaky: number;
  /** Programs that do not listen to SIGTERM. */
  readonly stubborn: number;
}

export type PlannedJob = PlannedTuningJob | PlannedTrainingJob;

/** Everything that one simulated run is made of; the same plan gives the same run. */
export interface Plan {
  readonly seed: number;
  readonly agents: readonly PlannedAgent[];
  readonly jobs: readonly PlannedJob[];
  readonly faults: readonly Fault[];
  /** All faults have healed by then, and whatever was asked for must come to its end. */
  readonly calmAtMs: number;
  readonly entryPatienceMs: number;
}
