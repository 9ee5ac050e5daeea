import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClientFault } from '../attempt-faults.js';
import { MetricScraper } from './metric-scraper.js';

const LOSS = { name: 'loss', regex: 'loss=(\\S+)' };
/** No literal is certain here, so that every line is tried. */
const ACCURACY = { name: 'accuracy', regex: '(?:acc|accuracy)=(\\S+)' };

function scrape(pieces: readonly Buffer[]) {
  const scraper = new MetricScraper([LOSS, ACCURACY]);
  const points = [...pieces.flatMap((piece) => scraper.feed(piece, 7)), ...scraper.finish(7)];
  return { points, final: scraper.finalMetrics() };
}

describe('a metric scraper', () => {
  test('finds the same points however the output is cut', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'loss=1.5',
        'acc=0.9 loss=nan',
        'epoch 3, accuracy=-inf',
        'nothing',
        '',
        'loss=abc',
        'é loss=2e-3',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
        const whole = Buffer.from(lines.join('\n'));
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        const bySteps = (found: ReturnType<typeof scrape>) =>
          found.points.toSorted((a, b) => a.name.localeCompare(b.name) || a.step - b.step);
        expect(bySteps(scrape(pieces))).toEqual(bySteps(scrape([whole])));
      }),
    );
  });

  test('counts steps per metric, keeps NaN and infinities, and ends with the last value', () => {
    const { points, final } = scrape([Buffer.from('loss=1\nacc=.5\nloss=NaN\r\nloss=x\nloss=-Infinity')]);
    expect(points).toEqual([
      { name: 'loss', value: 1, step: 0, timestampMs: 7 },
      { name: 'loss', value: Number.NaN, step: 1, timestampMs: 7 },
      { name: 'accuracy', value: 0.5, step: 0, timestampMs: 7 },
      { name: 'loss', value: Number.NEGATIVE_INFINITY, step: 2, timestampMs: 7 },
    ]);
    expect(final).toEqual([
      { name: 'loss', value: Number.NEGATIVE_INFINITY, timestampMs: 7 },
      { name: 'accuracy', value: 0.5, timestampMs: 7 },
    ]);
  });

  test('looks at the first 64 KiB of a line', () => {
    const filler = 'x'.repeat(64 * 1024);
    const { points } = scrape([
      Buffer.from(`loss=1 ${filler}`),
      Buffer.from(`${filler}loss=2\n${filler} loss=3\nloss=4\n`),
    ]);
    expect(points.map(({ value }) => value)).toEqual([1, 4]);
  });

  test.each(['loss=(', '(?=x)(y)', 'loss=\\d+'])('refuses the regex %s by name', (regex) => {
    const make = () => new MetricScraper([{ name: 'loss', regex }]);
    expect(make).toThrow(ClientFault);
    expect(make).toThrow(`"loss"`);
  });
});
