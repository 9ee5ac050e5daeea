import { randomBytes } from 'node:crypto';
import type { Algorithm } from '@fleetune/domain';

/** A name nobody gave: the algorithm, the date, and six random digits, such as `xgboost-20260103-1f09ac`. */
export function madeUpName(algorithm: Algorithm, maxLength: number, now = new Date()): string {
  const suffix = `${now.toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(3).toString('hex')}`;
  const stem = algorithmWord(algorithm)
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .slice(0, maxLength - suffix.length - 1)
    .replace(/^-+|-+$/g, '');
  return `${stem === '' ? 'job' : stem}-${suffix}`;
}

function algorithmWord(algorithm: Algorithm): string {
  switch (algorithm.kind) {
    case 'builtin':
      return algorithm.name;
    case 'script':
      return (algorithm.entryPoint.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
    case 'command':
      return (algorithm.command[0] ?? '').split('/').at(-1) ?? '';
    case 'image':
      return (algorithm.image.split('/').at(-1) ?? '').replace(/[:@].*$/, '');
  }
}
