import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';

const SEEDS = 200;
const PER_TEST = 20;

describe('the scheduler, whatever goes wrong', () => {
  const first = Array.from({ length: SEEDS / PER_TEST }, (_, index) => index * PER_TEST + 1);
  it.each(first)('keeps every rule after every event, %i and the next 19 seeds', { timeout: 120_000 }, async (from) => {
    for (let seed = from; seed < from + PER_TEST; seed += 1) {
      const { violation } = await simulate(seed);
      expect(violation, `npm run sim -- --seed ${seed}: ${violation?.message}`).toBeUndefined();
    }
  });

  it('does the same again with the same seed', { timeout: 60_000 }, async () => {
    for (const seed of [3, 14, 159]) {
      const [one, other] = [await simulate(seed), await simulate(seed)];
      expect(other.digest).toBe(one.digest);
      expect(other.events).toBe(one.events);
    }
  });

  it('comes to its end with a part of the faults and of the agents', { timeout: 60_000 }, async () => {
    const whole = await simulate(7);
    const part = await simulate(7, { faults: [0, 1], agents: 1 });
    expect(part.plan.faults).toEqual(whole.plan.faults.slice(0, 2));
    expect(part.plan.agents).toEqual(whole.plan.agents.slice(0, 1));
    expect(part.violation).toBeUndefined();
  });
});
