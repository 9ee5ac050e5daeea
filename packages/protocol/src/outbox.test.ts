import { expect, it } from 'vitest';
import { Outbox } from './outbox.js';

it('gives what is pushed, before and while it is read, in order, and ends when closed', async () => {
  const outbox = new Outbox<number>();
  outbox.push(1);
  const read: number[] = [];
  const reading = (async () => {
    for await (const message of outbox) {
      read.push(message);
      if (message === 1) outbox.push(2);
      if (message === 2) setImmediate(() => outbox.push(3));
      if (message === 3) outbox.close();
    }
  })();
  await reading;
  expect(read).toEqual([1, 2, 3]);
  expect(outbox.push(4)).toBe(false);
});

it('takes nothing more when its reader has left', async () => {
  const outbox = new Outbox<number>();
  outbox.push(1);
  for await (const _ of outbox) break;
  expect(outbox.closed).toBe(true);
  expect(outbox.push(2)).toBe(false);
});
