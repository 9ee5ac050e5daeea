import { expect, it } from 'vitest';
import { LineSplitter, type LogLine } from './line-splitter.js';

const TEXT = Buffer.from('first\n\r\n\u{1f600} smile\nno end \u{e9}\u{2603}\n\n\nlast');

function split(sizes: readonly number[]): LogLine[] {
  const splitter = new LineSplitter();
  const lines: LogLine[] = [];
  let offset = 0;
  for (let index = 0; offset < TEXT.length; index++) {
    const data = TEXT.subarray(offset, offset + (sizes[index % sizes.length] ?? 1));
    lines.push(...splitter.push({ offset, data, timestampMs: offset }));
    offset += data.length;
  }
  return [...lines, ...splitter.end()];
}

it.each([[[1]], [[2]], [[3, 1]], [[7, 2, 5]], [[1000]]])('cuts the same lines out of chunks of %j bytes', (sizes) => {
  const lines = split(sizes);
  expect(lines.map(({ text }) => text)).toEqual([
    'first',
    '',
    '\u{1f600} smile',
    'no end \u{e9}\u{2603}',
    '',
    '',
    'last',
  ]);
  // Each begins where the one before ends, and nothing is left over.
  expect(lines.map(({ offset }) => offset)).toEqual([0, ...lines.slice(0, -1).map(({ endOffset }) => endOffset)]);
  expect(lines.at(-1)?.endOffset).toBe(TEXT.length);
});
