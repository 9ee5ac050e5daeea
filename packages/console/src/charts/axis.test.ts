import { describe, expect, it } from 'vitest';
import { parameterScale } from './axis.js';

const continuous = (min: number, max: number, scaling = 'Auto') =>
  ({ name: 'x', kind: 'continuous', min, max, scaling }) as const;

describe('the scale of a hyperparameter', () => {
  it('is that of the search: two decades are logarithmic', () => {
    expect(parameterScale(continuous(0.0001, 1)).kind).toBe('log');
    expect(parameterScale(continuous(0, 1)).kind).toBe('linear');
    expect(parameterScale(continuous(0.1, 0.5, 'Logarithmic')).kind).toBe('log');
  });

  it('spreads what comes near one, and labels it as it is', () => {
    const scale = parameterScale(continuous(0, 0.999, 'ReverseLogarithmic'));
    expect(scale.place(0.9)).toBeCloseTo(0.1);
    expect(scale.label(0.1)).toBe('0.9');
  });

  it('puts categories in the order of the range', () => {
    const scale = parameterScale({ name: 'optimizer', kind: 'categorical', values: ['sgd', 'adam'] });
    expect([scale.place('adam'), scale.place('none')]).toEqual([1, undefined]);
  });

  it('leaves out what cannot be drawn', () => {
    expect(parameterScale(continuous(0.001, 1)).place(0)).toBeUndefined();
    expect(parameterScale(continuous(0, 1)).place(undefined)).toBeUndefined();
  });
});
