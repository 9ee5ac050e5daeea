import { describe, expect, it } from 'vitest';
import { appendLog, EMPTY_LOG, findLines, shownLine } from './log-text.js';

function piece(offset: number, data: Uint8Array) {
  return { chunks: [{ offset, timestampMs: 0, data }], nextOffset: offset + data.length, complete: false };
}
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a log that grows', () => {
  it('puts lines together across pieces, characters too', () => {
    const decoder = new TextDecoder();
    const all = bytes('eins\nzwölf\ndr');
    const cut = 8;
    const first = appendLog(EMPTY_LOG, piece(0, all.slice(0, cut)), decoder);
    const log = appendLog(first, piece(cut, all.slice(cut)), decoder);
    expect(log).toEqual({ lines: ['eins', 'zwölf'], unfinished: 'dr', nextOffset: all.length });
  });

  it('says where bytes are lost', () => {
    const decoder = new TextDecoder();
    const first = appendLog(EMPTY_LOG, piece(0, bytes('a\n')), decoder);
    const log = appendLog(first, piece(100, bytes('b\n')), decoder);
    expect(log.lines).toEqual(['a', '… a part of the log is lost …', 'b']);
  });

  it('shows what a terminal would show', () => {
    expect(shownLine('10%\r50%\r100%')).toBe('100%');
    expect(shownLine('\u001b[31mred\u001b[0m\r')).toBe('red');
  });

  it('is searched whatever the case', () => {
    expect(findLines(['Epoch 1', 'loss', 'EPOCH 2'], 'epoch')).toEqual([0, 2]);
    expect(findLines(['a'], '')).toEqual([]);
  });
});
