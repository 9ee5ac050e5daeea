import { type Fault, faultSentence } from './contract/fault.js';

/** The body has the right form, but the job it describes cannot be run. */
export class InvalidJobError extends Error {
  override readonly name = 'InvalidJobError';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map(faultSentence).join(' '));
    this.faults = faults;
  }
}
