import { expect, it } from 'vitest';
import { closestWord } from './closest-word.js';

const FIELDS = ['objective', 'strategy', 'limits', 'ranges', 'seed'];

it.each([
  ['objectiv', 'objective'],
  ['startegy', 'strategy'],
  ['Limits', 'limits'],
  ['range', 'ranges'],
])('takes %s for %s', (word, meant) => expect(closestWord(word, FIELDS)).toBe(meant));

it('does not guess where nothing is near', () => {
  expect(closestWord('hyperparameters', FIELDS)).toBeUndefined();
  expect(closestWord('x', ['a', 'b'])).toBeUndefined();
});
