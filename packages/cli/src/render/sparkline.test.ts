import { expect, it } from 'vitest';
import { sparkline } from './sparkline.js';

it('goes from the lowest to the highest', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([1, 0.5, 0])).toBe('█▅▁');
});

it('is flat where nothing changes, and empty where there is nothing', () => {
  expect(sparkline([3, 3, 3])).toBe('▁▁▁');
  expect(sparkline([])).toBe('');
});

it('leaves out what is not finite', () => {
  expect(sparkline([0, Number.NaN, Number.POSITIVE_INFINITY, 1])).toBe('▁█');
});

it('fits into its width and ends with the last value', () => {
  const long = Array.from({ length: 1_000 }, (_, at) => at);
  expect(sparkline(long, 8)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([...long, 0], 8).at(-1)).toBe('▁');
});
