import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { plainPatternGroups } from './plain-pattern.js';

test.each([
  ['loss=(\\S+)', 1],
  ['\\[[0-9]+\\].*(?:\\t|#011)train-auc(?:@[^\\s:]+)?:([^\\s#]+)', 1],
  ['a|b', 0],
  ['(?i)loss=(\\d+)', undefined],
  ['(?=x)(y)', undefined],
  ['loss=(', undefined],
  ['x{1001}(y)', undefined],
  ['(a)\\1', undefined],
])('%s', (pattern, groups) => {
  expect(plainPatternGroups(pattern)).toBe(groups);
});

test('is never surer than RE2', () => {
  const piece = fc.constantFrom(
    ...'()[]{}|*+?^$.-\\,:<>=!/#0129abdpPsSwWQEzZ \t_"é'.split(''),
    '(?:',
    '[^',
    '\\.',
    '\\d',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const pattern = pieces.join('');
      const groups = plainPatternGroups(pattern);
      if (groups !== undefined) expect(RE2JS.compile(pattern).groupCount()).toBe(groups);
    }),
    { numRuns: 20_000 },
  );
});
