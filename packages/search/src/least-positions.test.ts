import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leastPositions } from './least-positions.js';

it('is what sorting all positions gives', () => {
  const values = fc.array(fc.constantFrom(-3, -1, 0, 0.5, 0.5, 2, 7), { maxLength: 30 });
  fc.assert(
    fc.property(values, fc.nat(35), (list, count) => {
      const sorted = [...list.keys()].sort((a, b) => (list[a] as number) - (list[b] as number) || a - b);
      expect(leastPositions(Float64Array.from(list), count)).toEqual(sorted.slice(0, count));
    }),
  );
});
