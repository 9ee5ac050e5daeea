import { describe, expect, it } from 'vitest';
import { inReadingOrder } from './configuration-order.js';

describe('a configuration', () => {
  it('is shown in reading order, with what is unknown at the end', () => {
    const shown = inReadingOrder({ novelty: 1, tags: {}, ranges: {}, name: 'digits', objective: {} });
    expect(Object.keys(shown)).toEqual(['name', 'objective', 'ranges', 'tags', 'novelty']);
  });
});
