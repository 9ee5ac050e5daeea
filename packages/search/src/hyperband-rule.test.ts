import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createStrategy,
  type HyperbandSettings,
  hyperbandRule,
  InvalidHyperbandError,
  type ResourceDecision,
  type Suggestion,
} from './index.js';
import { randomStream } from './random-stream.js';

const settings: HyperbandSettings = { minResource: 1, maxResource: 27, seed: 3, objectiveType: 'Minimize' };

describe('hyperbandRule', () => {
  it('lets the best third of those at a rung go on, and nobody waits', () => {
    const rule = hyperbandRule({ ...settings, minResource: 3 });
    const decisions = [5, 4, 6, 3, 7, 8, 2].map((value, index) => {
      expect(rule.record(index, 1, value)).toBe('Continue');
      expect(rule.record(index, 2, value)).toBe('Continue');
      return rule.record(index, 3, value);
    });
    // Of the first five one may go on, from the sixth on two. None of these is in the patient bracket.
    expect(decisions).toEqual(['Continue', 'Continue', 'Stop', 'Continue', 'Stop', 'Stop', 'Continue']);
  });

  it('knows which way is better', () => {
    const rule = hyperbandRule({ ...settings, objectiveType: 'Maximize' });
    expect(rule.record(0, 1, 0.5)).toBe('Continue');
    expect(rule.record(1, 1, 0.4)).toBe('Stop');
    expect(rule.record(2, 1, 0.6)).toBe('Continue');
  });

  it('finishes at the most epochs, also the only one', () => {
    const rule = hyperbandRule(settings);
    const decisions = Array.from({ length: 28 }, (_, epoch) => rule.record(0, epoch + 1, 1));
    expect(decisions.slice(0, 26).every((decision) => decision === 'Continue')).toBe(true);
    expect(decisions.slice(26)).toEqual(['Finished', 'Finished']);
  });

  it('stops what has diverged at its first rung, but not before', () => {
    const rule = hyperbandRule({ ...settings, minResource: 4 });
    expect(rule.record(0, 1, Number.NaN)).toBe('Continue');
    expect(rule.record(0, 4, Number.NaN)).toBe('Stop');
    expect(rule.record(1, 4, 3)).toBe('Continue');
  });

  it('judges at the next report when a rung was passed in silence', () => {
    const rule = hyperbandRule({ ...settings, minResource: 3 });
    rule.record(0, 3, 1);
    expect(rule.record(1, 5, 2)).toBe('Stop');
  });

  it('credits what still improves', () => {
    const rule = hyperbandRule({ ...settings, minResource: 3 });
    for (const epoch of [1, 2, 3]) rule.record(0, epoch, 0.9);
    // A little worse by now, but it comes from further away.
    const decisions = [2, 1.4, 0.95].map((value, i) => rule.record(1, i + 1, value));
    expect(decisions).toEqual(['Continue', 'Continue', 'Continue']);
    expect([0.95, 0.95, 0.95].map((value, i) => rule.record(2, i + 1, value)).at(-1)).toBe('Stop');
  });

  it('leaves some training jobs alone until the second rung, whatever the order they come in', () => {
    const patient = (order: readonly number[]) => {
      const rule = hyperbandRule({ ...settings, minResource: 3 });
      rule.record(1_000, 3, 0);
      return order.filter((index) => rule.record(index, 3, 1) === 'Continue').sort((a, b) => a - b);
    };
    const indices = Array.from({ length: 100 }, (_, index) => index);
    expect(patient(indices)).toEqual(patient(indices.toReversed()));
    expect(patient(indices).length).toBeGreaterThan(2);
    expect(patient(indices).length).toBeLessThan(25);
  });

  it.each([
    { minResource: 0 },
    { minResource: 30 },
    { maxResource: Number.NaN },
    { reductionFactor: 1 },
    { reductionFactor: Number.NaN },
  ])('refuses %o', (wrong) => {
    expect(() => hyperbandRule({ ...settings, ...wrong })).toThrow(InvalidHyperbandError);
  });

  const reports = fc.array(
    fc.record({
      index: fc.integer({ min: 0, max: 8 }),
      epoch: fc.integer({ min: 1, max: 30 }),
      value: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, 1, Number.POSITIVE_INFINITY)),
      ends: fc.boolean(),
    }),
    { maxLength: 120 },
  );

  it('decides the same when replayed, and for repeated epochs, and never stops before the least epochs', () => {
    fc.assert(
      fc.property(reports, fc.integer({ min: 1, max: 9 }), (calls, minResource) => {
        const run = () => {
          const rule = hyperbandRule({ ...settings, minResource });
          const stopped = new Set<number>();
          return calls.map(({ index, epoch, value, ends }): ResourceDecision => {
            const decision = rule.record(index, epoch, value);
            expect(rule.record(index, epoch, 0)).toBe(decision);
            if (decision === 'Stop' && !stopped.has(index)) expect(epoch).toBeGreaterThanOrEqual(minResource);
            if (decision === 'Stop') stopped.add(index);
            if (ends && decision !== 'Continue') rule.ended(index);
            return decision;
          });
        };
        expect(run()).toEqual(run());
      }),
    );
  });
});

describe('on noisy curves that cross', { timeout: 60_000 }, () => {
  const SEEDS = Array.from({ length: 25 }, (_, seed) => seed);

  it.each([
    ['Hyperband', 1],
    ['Hyperband', 4],
    ['BOHB', 1],
  ] as const)(
    '%s, %i at a time, is as good as 100 full random trainings after an eighth of their epochs',
    (name, parallel) => {
      const random = median(SEEDS.map((seed) => bestOfFull(seed)));
      const halved = median(SEEDS.map((seed) => search(name, seed, parallel)));
      // A hundredth of what the curves come down by.
      expect(halved).toBeLessThan(random + 0.008);
    },
  );
});

const EPOCHS = 81;
const BUDGET = (100 * EPOCHS) / 8;
const SPACE = [
  { kind: 'continuous', name: 'lr', min: 1e-4, max: 1, scaling: 'Logarithmic' },
  { kind: 'continuous', name: 'decay', min: 1e-6, max: 0.1, scaling: 'Logarithmic' },
] as const;

interface Training {
  readonly index: number;
  /** Without noise, at the last epoch: how good the configuration is. */
  readonly quality: number;
  epoch: number;
  valueAt(epoch: number): number;
}

/** A power law from 0.9 to a floor; a slower one often ends lower. */
function training({ index, configuration }: Suggestion, seed: number): Training {
  const stream = randomStream(seed, 'curve', index);
  const rate = Math.log10(configuration.lr as number);
  const decay = Math.log10(configuration.decay as number);
  const floor = 0.1 + 0.05 * (rate + 2.5) ** 2 + 0.01 * (decay + 3.5) ** 2 + 0.02 * stream.uniform();
  const slowness = 2 * 10 ** (-0.2 * (rate + 1) + 0.15 * stream.normal());
  const noise = Array.from({ length: EPOCHS }, () => 0.01 * stream.normal());
  const curve = (epoch: number) => floor + (0.9 - floor) / (1 + epoch / slowness);
  return {
    index,
    quality: curve(EPOCHS),
    epoch: 0,
    valueAt: (epoch) => curve(epoch) + (noise[epoch - 1] as number),
  };
}

/** The quality of the configuration whose last value is the least of 100. */
function bestOfFull(seed: number): number {
  const { suggestions } = strategyFor('Random', 1_000 + seed).ask(100);
  const trainings = suggestions.map((suggestion) => training(suggestion, 1_000 + seed));
  return trainings.reduce((a, b) => (b.valueAt(EPOCHS) < a.valueAt(EPOCHS) ? b : a)).quality;
}

/** The same when so many train at a time, until the budget of epochs is spent. */
function search(name: 'Hyperband' | 'BOHB', seed: number, parallel: number): number {
  const strategy = strategyFor(name, seed);
  const rule = hyperbandRule({ minResource: 1, maxResource: EPOCHS, seed, objectiveType: 'Minimize' });
  const start = () => training((strategy.ask(1).suggestions as [Suggestion])[0], seed);
  const live = Array.from({ length: parallel }, start);
  let best = { value: Number.POSITIVE_INFINITY, quality: Number.POSITIVE_INFINITY };
  for (let spent = 0; spent < BUDGET; spent++) {
    const place = spent % parallel;
    const job = live[place] as Training;
    const objective = job.valueAt(++job.epoch);
    const decision = rule.record(job.index, job.epoch, objective);
    if (decision === 'Continue') continue;
    rule.ended(job.index);
    if (objective < best.value) best = { value: objective, quality: job.quality };
    strategy.tell(
      job.index,
      decision === 'Finished' ? { kind: 'Completed', objective } : { kind: 'Stopped', objective, resource: job.epoch },
    );
    live[place] = start();
  }
  return best.quality;
}

function strategyFor(strategy: 'Random' | 'Hyperband' | 'BOHB', seed: number) {
  return createStrategy({
    strategy,
    seed,
    objectiveType: 'Minimize',
    minResource: 1,
    maxResource: EPOCHS,
    spaces: [SPACE],
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
