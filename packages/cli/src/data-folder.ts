import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Terminal } from './terminal.js';

/** Where a server on this machine keeps everything: `--data`, FLEETUNE_DATA, or `.fleetune` in the home folder. */
export function dataFolder(given: string | undefined, terminal: Terminal): string {
  const chosen = given ?? terminal.environment.FLEETUNE_DATA;
  if (chosen === undefined || chosen === '') return join(homedir(), '.fleetune');
  return resolve(terminal.currentDirectory, chosen);
}
