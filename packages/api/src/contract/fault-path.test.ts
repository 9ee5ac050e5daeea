import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatFaultPath, parseFaultPath } from './fault-path.js';

it('writes fields with points and positions in brackets', () => {
  expect(formatFaultPath(['instances', 0, 'type'])).toBe('instances[0].type');
  expect(formatFaultPath(['ranges', 'a.b', 'min'])).toBe('ranges["a.b"].min');
  expect(formatFaultPath([])).toBe('');
});

it('reads back every path it writes', () => {
  const part = fc.oneof(fc.string(), fc.nat());
  fc.assert(
    fc.property(fc.array(part), (path) => {
      expect(parseFaultPath(formatFaultPath(path))).toEqual(path);
    }),
  );
});
