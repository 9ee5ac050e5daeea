import { InvalidInputError } from '../input.js';

/** A place in a log, and the way in which it is read from there. */
export interface Position {
  readonly direction: 'forward' | 'backward';
  /** Counted from 1; each attempt writes a log of its own. */
  readonly attempt: number;
  readonly offset: number;
}

export function positionToken({ direction, attempt, offset }: Position): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${attempt}/${offset}`;
}

/** @throws InvalidInputError */
export function parsePositionToken(token: string): Position {
  const [, direction, attempt, offset] = /^([fb])\/(\d{1,9})\/(\d{1,15})$/.exec(token) ?? [];
  if (direction === undefined) throw new InvalidInputError('The specified nextToken is invalid.');
  return {
    direction: direction === 'f' ? 'forward' : 'backward',
    attempt: Number(attempt),
    offset: Number(offset),
  };
}
