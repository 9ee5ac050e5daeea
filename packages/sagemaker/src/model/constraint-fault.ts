import { ValidationException } from '../wire/aws-error.js';
import { showValue } from './show-value.js';

/** One broken rule: which member has which value, and what it must be. */
export interface ConstraintFault {
  /** Such as `hyperParameterTuningJobConfig.strategy` or `tags.1.member.key`. */
  readonly path: string;
  /** Undefined when the member is missing. */
  readonly value: unknown;
  /** Such as `Member must not be null`. */
  readonly constraint: string;
}

/** Faults past this many are counted but not spelled out. */
const MAX_SHOWN_FAULTS = 20;

/** The faults in one exception, in the form of the service's own messages. */
export function constraintException(faults: readonly ConstraintFault[]): ValidationException {
  const shown = faults.slice(0, MAX_SHOWN_FAULTS).map(({ path, value, constraint }) => {
    const subject = value === undefined || value === null ? 'Value null' : `Value '${showValue(value)}'`;
    return `${subject} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  const noun = faults.length === 1 ? 'error' : 'errors';
  return new ValidationException(`${faults.length} validation ${noun} detected: ${shown.join('; ')}`);
}

/** `TrainingJobDefinition` as the service writes it in paths: `trainingJobDefinition`. */
export function pathSegment(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}

export function joinPath(path: string, segment: string): string {
  return path === '' ? segment : `${path}.${segment}`;
}

/** List elements are counted from 1: `tags.1.member`. */
export function elementPath(path: string, index: number): string {
  return joinPath(path, `${index + 1}.member`);
}
