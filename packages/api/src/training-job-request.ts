import type { CreateTrainingJob } from '@fleetune/scheduler';
import type { Fault } from './contract/fault.js';
import type { CreateTrainingJobBody } from './contract/training-job.js';
import { InvalidJobError } from './invalid-job-error.js';
import { madeUpName } from './made-up-name.js';
import { type RequestDefaults, trainingTemplate } from './training-template.js';

/**
 * Turns a body that has the contract's form into what the scheduler is asked.
 *
 * @throws InvalidJobError with every fault at once.
 */
export function trainingJobRequest(body: CreateTrainingJobBody, defaults: RequestDefaults): CreateTrainingJob {
  const faults: Fault[] = [];
  const spec = trainingTemplate(body, undefined, defaults, faults);
  if (faults.length > 0) throw new InvalidJobError(faults);
  const name = body.name ?? madeUpName(spec.algorithm, 63);
  return { name, spec, origin: { api: 'fleetune', request: body }, tags: body.tags ?? {} };
}
