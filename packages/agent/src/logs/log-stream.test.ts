import { beforeEach, describe, expect, it } from 'vitest';
import { LogStream } from './log-stream.js';

const MIB = 2 ** 20;
let printed: Buffer;
let droppedBefore: number;
let connected: boolean;
let sent: { readonly offset: number; readonly bytes: number }[];
let failures: unknown[];
let stream: LogStream;

beforeEach(() => {
  printed = Buffer.alloc(0);
  droppedBefore = 0;
  connected = true;
  sent = [];
  failures = [];
  const reader = {
    get length() {
      return printed.length;
    },
    read: async (offset: number, maxBytes: number) => {
      const from = Math.max(offset, droppedBefore);
      return { offset: from, data: printed.subarray(from, from + maxBytes) };
    },
  };
  const send = (offset: number, data: Uint8Array) => {
    if (connected) sent.push({ offset, bytes: data.length });
    return connected;
  };
  stream = new LogStream(reader, send, (error) => failures.push(error));
});

describe('LogStream', () => {
  it('sends in chunks of 64 KiB and stops at the window', async () => {
    printed = Buffer.alloc(3 * MIB);
    await stream.ship();
    expect(sent).toHaveLength(16);
    expect(sent[1]).toEqual({ offset: 65_536, bytes: 65_536 });
    expect(stream.windowFull).toBe(true);
    stream.acknowledged(65_536);
    await stream.ship();
    expect(sent).toHaveLength(17);
  });

  it('declares what the log dropped by a jump of the offset', async () => {
    printed = Buffer.alloc(300_000);
    droppedBefore = 200_000;
    await stream.ship();
    expect(sent[0]).toEqual({ offset: 200_000, bytes: 65_536 });
  });

  it('goes back to what was acknowledged on a new connection', async () => {
    printed = Buffer.alloc(100_000);
    await stream.ship();
    stream.acknowledged(65_536);
    connected = false;
    printed = Buffer.alloc(120_000);
    await stream.ship();
    connected = true;
    sent = [];
    stream.rewind();
    await stream.shipped();
    expect(sent).toEqual([{ offset: 65_536, bytes: 54_464 }]);
  });

  it('sends again what stays unacknowledged, and only that', async () => {
    printed = Buffer.alloc(100);
    await stream.ship();
    stream.repeatStale();
    await stream.ship();
    expect(sent).toHaveLength(1);
    stream.repeatStale();
    await stream.ship();
    expect(sent).toHaveLength(2);
    stream.acknowledged(100);
    stream.repeatStale();
    stream.repeatStale();
    await stream.ship();
    expect(sent).toHaveLength(2);
  });

  it('is settled when all is acknowledged, or when it is closed', async () => {
    printed = Buffer.alloc(10);
    await stream.ship();
    let settled = false;
    const settling = stream.settled().then(() => {
      settled = true;
    });
    stream.acknowledged(9);
    await Promise.resolve();
    expect(settled).toBe(false);
    stream.acknowledged(10);
    await settling;
    printed = Buffer.alloc(20);
    const closing = stream.settled();
    stream.close();
    await closing;
  });

  it('reports a log that cannot be read', async () => {
    const broken = new LogStream(
      { length: 5, read: () => Promise.reject(new Error('gone')) },
      () => true,
      (error) => failures.push(error),
    );
    await broken.ship();
    expect(failures).toHaveLength(1);
  });
});
