import { describe, expect, it } from 'vitest';
import { csvText } from './csv.js';

describe('CSV', () => {
  it('quotes what needs it, and leaves missing values empty', () => {
    expect(
      csvText(
        ['name', 'loss'],
        [
          ['a,"b"', 0.5],
          ['c\nd', undefined],
        ],
      ),
    ).toBe('name,loss\r\n"a,""b""",0.5\r\n"c\nd",\r\n');
  });

  it('does not let a spreadsheet run a text', () => {
    expect(csvText(['x'], [['=1+1'], [-2]])).toBe("x\r\n'=1+1\r\n-2\r\n");
  });
});
