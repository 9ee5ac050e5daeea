import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../execution.fixture.js';
import { LogSpool } from './log-spool.js';

test('gives back what was printed, by offset', async () => {
  let grown = 0;
  const spool = new LogSpool(join(temporaryFolder(), 'log'), 1024 * 1024, () => grown++);
  for (let index = 0; index < 100; index++) spool.append(Buffer.from(`line ${index}\n`));
  await spool.flushed();
  expect(grown).toBeGreaterThan(0);
  const { offset, data } = await spool.read(7, 7);
  expect([offset, Buffer.from(data).toString()]).toEqual([7, 'line 1\n']);
  expect((await spool.read(spool.length, 10)).data).toHaveLength(0);
  expect(Buffer.from(await spool.tail(8)).toString()).toBe('line 99\n');
  await spool.close();
});

test('drops the oldest beyond its limit and starts later', async () => {
  const spool = new LogSpool(join(temporaryFolder(), 'log'), 64 * 1024, () => undefined);
  for (let index = 0; index < 256; index++) {
    spool.append(Buffer.alloc(1024, index));
    await spool.flushed();
  }
  expect(spool.length).toBe(256 * 1024);
  const { offset, data } = await spool.read(0, 1);
  expect(offset).toBeGreaterThanOrEqual(spool.length - 64 * 1024);
  expect(offset).toBeLessThan(spool.length - 32 * 1024);
  expect(data[0]).toBe(offset / 1024);
  await spool.close();
});

test('survives a disk that takes no more: the loss is a gap', async () => {
  const folder = join(temporaryFolder(), 'log');
  const spool = new LogSpool(folder, 32 * 1024, () => undefined);
  spool.append(Buffer.alloc(8 * 1024, 'a'));
  await spool.flushed();
  rmSync(folder, { recursive: true });
  spool.append(Buffer.alloc(8 * 1024, 'b'));
  await spool.flushed();
  expect(spool.length).toBe(16 * 1024);
  await spool.close();
});
