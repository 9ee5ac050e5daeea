import { expect, it } from 'vitest';
import { VirtualClock } from './testing/virtual-clock.fixture.js';
import { TimeoutQueue } from './timeout-queue.js';

it('expires each wait at its time, on one timer', () => {
  const clock = new VirtualClock();
  const queue = new TimeoutQueue<string>(clock, 100);
  const expired: [string, number][] = [];
  const startMs = clock.monotonicMs();
  const add = (key: string) => queue.add(key, () => expired.push([key, clock.monotonicMs() - startMs]));
  add('a');
  clock.advance(30);
  add('b');
  add('c');
  expect(clock.timerCount).toBe(1);
  expect(queue.delete('b')).toBe(true);
  clock.advance(500);
  expect(expired).toEqual([
    ['a', 100],
    ['c', 130],
  ]);
  expect(clock.timerCount).toBe(0);
  expect(queue.delete('a')).toBe(false);
});

it('starts anew for a key that is added again, and forgets all when cleared', () => {
  const clock = new VirtualClock();
  const queue = new TimeoutQueue<string>(clock, 100);
  const expired: string[] = [];
  queue.add('a', () => expired.push('first'));
  clock.advance(60);
  queue.add('a', () => expired.push('second'));
  clock.advance(60);
  expect(expired).toEqual([]);
  clock.advance(40);
  expect(expired).toEqual(['second']);
  queue.add('b', () => expired.push('b'));
  queue.clear();
  clock.advance(1_000);
  expect(expired).toEqual(['second']);
});
