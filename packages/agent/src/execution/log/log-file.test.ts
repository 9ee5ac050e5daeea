import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../execution.fixture.js';
import { LogFile } from './log-file.js';

const KIB = 1024;

test('gives back what was printed, by offset', async () => {
  let grown = 0;
  const log = new LogFile(join(temporaryFolder(), 'log', 'output'), KIB * KIB, () => grown++);
  for (let index = 0; index < 100; index++) log.append(Buffer.from(`line ${index}\n`));
  await log.flushed();
  expect(grown).toBeGreaterThan(0);
  const { offset, data } = await log.read(7, 7);
  expect([offset, Buffer.from(data).toString()]).toEqual([7, 'line 1\n']);
  expect((await log.read(log.length, 10)).data).toHaveLength(0);
  expect(Buffer.from(await log.tail(8)).toString()).toBe('line 99\n');
  await log.close();
});

test('knows what others append when it looks, and another process of the agent reads all of it', async () => {
  const path = join(temporaryFolder(), 'output');
  const log = new LogFile(path, KIB * KIB, () => undefined);
  log.append(Buffer.from('ours\n'));
  await log.flushed();
  appendFileSync(path, 'theirs\n');
  log.look();
  log.append(Buffer.from('ours again\n'));
  await log.flushed();
  await log.close();
  const later = new LogFile(path, KIB * KIB, () => undefined);
  later.look();
  expect(Buffer.from((await later.read(0, KIB)).data).toString()).toBe('ours\ntheirs\nours again\n');
  await later.close();
});

test('drops the oldest beyond its limit, which frees the disk, and starts later, also for who comes after', async () => {
  const path = join(temporaryFolder(), 'output');
  const log = new LogFile(path, 1024 * KIB, () => undefined);
  for (let index = 0; index < 256; index++) {
    log.append(Buffer.alloc(16 * KIB, index));
    await log.settled();
  }
  expect(log.length).toBe(4096 * KIB);
  const { offset, data } = await log.read(0, 1);
  expect(offset).toBeGreaterThanOrEqual(log.length - 1024 * KIB);
  expect(offset).toBeLessThan(log.length - 512 * KIB);
  expect(data[0]).toBe(offset / (16 * KIB));
  expect(statSync(path).blocks * 512).toBeLessThanOrEqual(1100 * KIB);
  await log.close();
  const later = new LogFile(path, 1024 * KIB, () => undefined);
  later.look();
  expect((await later.read(0, 1)).offset).toBe(offset);
  await later.close();
});

test('does not drop what its reader has still to come to', async () => {
  const path = join(temporaryFolder(), 'output');
  const log = new LogFile(path, 128 * KIB, () => undefined);
  appendFileSync(path, Buffer.alloc(512 * KIB));
  log.look();
  log.makeRoom(64 * KIB);
  await log.settled();
  expect((await log.read(0, 1)).offset).toBe(64 * KIB);
  await log.close();
});

const canMount = process.getuid?.() === 0;

test.runIf(canMount)('a full disk costs output and says so, and nothing waits for it', async () => {
  const disk = join(temporaryFolder(), 'disk');
  mkdirSync(disk);
  expect(spawnSync('sh', ['-c', 'mount -t tmpfs -o size=256k tmpfs "$0"', disk]).status).toBe(0);
  onTestFinished(() => void spawnSync('sh', ['-c', 'umount --lazy "$0"', disk]));
  const filler = join(disk, 'filler');
  const log = new LogFile(join(disk, 'output'), KIB * KIB, () => undefined);
  log.append(Buffer.from('before\n'));
  await log.flushed();
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
  log.append(Buffer.alloc(32 * KIB, 'x'));
  await log.flushed();
  spawnSync('rm', [filler]);
  log.append(Buffer.from('after\n'));
  await log.flushed();
  const text = Buffer.from((await log.read(0, 256 * KIB)).data).toString();
  expect(text).toMatch(/^before\nx*fleetune: the disk took no more; \d+ bytes of output are missing here\nafter\n$/);
  await log.close();
});
