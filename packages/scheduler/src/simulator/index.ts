export { Chance } from './chance.js';
export type { Fault } from './faults.js';
export type { PlanParts } from './make-plan.js';
export { type Shrunk, shrink } from './shrink.js';
export { type SimulationReport, simulate } from './simulate.js';
export { Timeline } from './timeline.js';
export { RULES, type Rule, Violation } from './violation.js';
