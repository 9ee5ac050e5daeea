import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { ClientFault } from '../attempt-faults.js';
import { MetricCompiler } from './compiled-metrics.js';
import { MetricScraper } from './metric-scraper.js';
import { parseMetricValue } from './metric-value.js';

const LOSS = { name: 'loss', regex: 'loss=(\\S+)' };
const ACCURACY = { name: 'accuracy', regex: '(?:acc|accuracy)=(\\S+)' };
/** No literal is certain here, so that every line is tried. */
const EITHER = { name: 'either', regex: '(?:acc|loss=)(\\S+)' };

function scrape(pieces: readonly Buffer[], definitions = [LOSS, ACCURACY]) {
  const scraper = new MetricScraper(new MetricCompiler().compile(definitions));
  const points = [...pieces.flatMap((piece) => scraper.feed(piece, 7)), ...scraper.finish(7)];
  return { points, final: scraper.finalMetrics() };
}

/** What RE2 alone finds in a line. */
function valuesIn(line: string, definitions: readonly (typeof LOSS)[]): (readonly [string, number])[] {
  return definitions.flatMap(({ name, regex }) => {
    const matcher = RE2JS.compile(regex).matcher(Buffer.from(line).toString().replace(/\r$/, ''));
    const value = matcher.find() ? parseMetricValue(matcher.group(1) ?? '') : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
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
        for (const definitions of [[LOSS, ACCURACY], [EITHER, LOSS], [LOSS]]) {
          expect(scrape(pieces, definitions)).toEqual(scrape([whole], definitions));
          expect(scrape(pieces, definitions).points.map(({ name, value }) => [name, value])).toEqual(
            lines.flatMap((text) => text.split('\n')).flatMap((text) => valuesIn(text, definitions)),
          );
        }
      }),
    );
  });

  test('counts steps per metric, keeps NaN and infinities, and ends with the last value', () => {
    const { points, final } = scrape([Buffer.from('loss=1\nacc=.5\nloss=NaN\r\nloss=x\nloss=-Infinity')]);
    expect(points).toEqual([
      { name: 'loss', value: 1, step: 0, timestampMs: 7 },
      { name: 'accuracy', value: 0.5, step: 0, timestampMs: 7 },
      { name: 'loss', value: Number.NaN, step: 1, timestampMs: 7 },
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
    const make = () => new MetricCompiler().compile([{ name: 'loss', regex }]);
    expect(make).toThrow(ClientFault);
    expect(make).toThrow(`"loss"`);
  });

  test('compiles the definitions of a tuning job once, and forgets those not used for long', () => {
    const compiler = new MetricCompiler();
    const compiled = compiler.compile([LOSS, ACCURACY]);
    for (let other = 0; other < 40; other++) {
      compiler.compile([{ name: 'loss', regex: `loss${other}=(\\S+)` }]);
      expect(compiler.compile([{ ...LOSS }, { ...ACCURACY }])).toBe(compiled);
    }
    const other = compiler.compile([{ name: 'loss', regex: 'loss0=(\\S+)' }]);
    expect(other).not.toBe(compiled);
    expect(compiler.compile([LOSS])).not.toBe(compiled);
  });
});
