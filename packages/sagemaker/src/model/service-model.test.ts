import { describe, expect, it } from 'vitest';
import { anchoredPattern } from './anchored-pattern.js';
import { shapes } from './service-model.js';
import type { StringShape } from './shape.js';

const patterned = Object.entries(shapes).flatMap(([name, shape]) =>
  shape.type === 'string' && shape.pattern !== undefined ? [[name, shape] as const] : [],
);

describe('the patterns of the API model', () => {
  it.each(patterned)('%s is an expression that JavaScript reads', (_name, { pattern = '' }: StringShape) => {
    expect(() => anchoredPattern(pattern)).not.toThrow();
  });

  it.each(patterned)('%s is quick on the worst text of its length', (_name, { pattern = '', max = 8192 }) => {
    const expression = anchoredPattern(pattern);
    const prefix = 'arn:aws:sagemaker:eu-west-1:123456789012:hub-content/a/Model/';
    const fillers = ['a', '-', 'a-', '-a', '/', 'https://', 's3:///', '1.', '\u{1d4d0}'];
    const started = process.cpuUsage();
    for (const filler of fillers) {
      for (const start of ['', prefix]) {
        expression.test(`${start}${filler.repeat(max)}`.slice(0, max - 1).concat('!'));
      }
    }
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
  });

  it('must match the whole value', () => {
    const name = anchoredPattern('a|b');
    expect(['a', 'b', 'ab', 'xa', 'bx', 'a\n'].map((text) => name.test(text))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

it('has no shape that refers to one it does not hold', () => {
  const references = Object.values(shapes).flatMap((shape) => {
    if (shape.type === 'structure') return Object.values(shape.members);
    if (shape.type === 'list') return [shape.member];
    return shape.type === 'map' ? [shape.key, shape.value] : [];
  });
  expect(references.filter((name) => !(name in shapes))).toEqual([]);
});
