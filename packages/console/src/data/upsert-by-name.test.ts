import { describe, expect, it } from 'vitest';
import { upsertByName } from './upsert-by-name.js';

const job = (name: string, lastModifiedTimeMs: number, status = 'x') => ({ name, lastModifiedTimeMs, status });

describe('putting changes into a list', () => {
  it('keeps places, and adds what is new', () => {
    const list = upsertByName([job('a', 1), job('b', 1)], [job('c', 2), job('a', 2, 'y')]);
    expect(list).toEqual([job('a', 2, 'y'), job('b', 1), job('c', 2)]);
  });

  it('is not set back by what comes late', () => {
    expect(upsertByName([job('a', 5, 'new')], [job('a', 4, 'old')])).toEqual([job('a', 5, 'new')]);
  });

  it('takes the later of two changes at the same time', () => {
    expect(upsertByName([job('a', 5, 'first')], [job('a', 5, 'then')])).toEqual([job('a', 5, 'then')]);
  });

  it('is the same list when nothing changed', () => {
    const list = [job('a', 1)];
    expect(upsertByName(list, [])).toBe(list);
  });
});
