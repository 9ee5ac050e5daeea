import { timingSafeEqual } from 'node:crypto';

/** Compares two hexadecimal texts, in a time that says nothing about where they differ. */
export function equalHex(expected: string, presented: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(presented)];
  return left.length === right.length && timingSafeEqual(left, right);
}
