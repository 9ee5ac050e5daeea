import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTrainingFolders, trainingPaths } from './attempt-folder.js';
import { WarmPoolCaches } from './warm-pool-caches.js';

let folder: string;
let caches: WarmPoolCaches;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetune-caches-'));
  caches = new WarmPoolCaches(join(folder, 'pools'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function attempt(name: string) {
  const paths = trainingPaths(join(folder, name, 'ml'));
  return paths;
}

it('hands on what one attempt of a pool left to the next, and to none of another pool', () => {
  const [first, second, stranger] = [attempt('first'), attempt('second'), attempt('stranger')];
  caches.lend('pool', first);
  makeTrainingFolders(first);
  writeFileSync(join(first.warmPoolCache, 'weights'), 'big');
  caches.takeBack('pool', first);
  expect(existsSync(first.warmPoolCache)).toBe(false);
  caches.lend('other', stranger);
  expect(existsSync(join(stranger.warmPoolCache, 'weights'))).toBe(false);
  caches.lend('pool', second);
  expect(readFileSync(join(second.warmPoolCache, 'weights'), 'utf8')).toBe('big');
});

it('makes nothing for attempts without a pool', () => {
  const paths = attempt('cold');
  caches.lend('', paths);
  expect(existsSync(paths.root)).toBe(false);
});

it('removes what a pool has left when it ends, also what a program locked', async () => {
  const paths = attempt('last');
  caches.lend('pool', paths);
  const locked = join(paths.warmPoolCache, 'locked');
  mkdirSync(locked);
  writeFileSync(join(locked, 'file'), '');
  chmodSync(locked, 0);
  caches.takeBack('pool', paths);
  await caches.remove('pool');
  caches.lend('pool', attempt('anew'));
  expect(existsSync(join(folder, 'anew', 'ml', 'sagemaker', 'warmpoolcache', 'locked'))).toBe(false);
});

it('gives nothing back that an attempt has removed', async () => {
  const paths = attempt('careless');
  caches.lend('pool', paths);
  rmSync(paths.warmPoolCache, { recursive: true });
  caches.takeBack('pool', paths);
  await caches.remove('pool');
  caches.lend('pool', attempt('next'));
  expect(existsSync(attempt('next').warmPoolCache)).toBe(true);
});
