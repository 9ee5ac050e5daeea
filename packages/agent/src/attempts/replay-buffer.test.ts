import { agentMessage } from '@fleetune/protocol';
import { expect, it } from 'vitest';
import { ReplayBuffer } from './replay-buffer.js';

const message = () => agentMessage({ case: 'draining', value: {} });

it('keeps what was told until two later renewals are answered', () => {
  const buffer = new ReplayBuffer();
  const [early, late] = [message(), message()];
  buffer.add(early, 10);
  buffer.answered(20);
  buffer.add(late, 25);
  expect(buffer.rewind()).toEqual([early, late]);

  buffer.answered(30);
  buffer.answered(40);
  expect(buffer.rewind()).toHaveLength(0);
});

it('does not count renewals that were answered on an earlier connection', () => {
  const buffer = new ReplayBuffer();
  buffer.add(message(), 10);
  buffer.answered(20);
  buffer.rewind();
  buffer.answered(30);
  expect(buffer.rewind()).toHaveLength(1);
});
