import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StopReason } from '@fleetune/domain';
import { parseStopReason } from '@fleetune/protocol';
import { type AttemptFolder, attemptFolder } from '../contract/attempt-folder.js';
import { isDeadLabel } from '../process-tree/attempt-tag.js';
import { currentBootId, isAlive } from '../process-tree/proc.js';
import { type AttemptRecord, readRecord } from './attempt-record.js';
import { readExit, readStop, readSupervisor, supervisionFolder } from './supervision-folder.js';
import { earlierSupervisor, type Supervisor } from './supervisor.js';

/** A program that an earlier agent process started under a supervisor: it runs, or has ended by itself. */
export interface KeptProgram {
  readonly record: AttemptRecord;
  readonly folder: AttemptFolder;
  readonly supervisor: Supervisor;
  /** What the earlier process had asked it to end for. */
  readonly stopReason: StopReason | undefined;
}

/**
 * Finds them by the folders of agent processes that are gone. Left out, and so to be swept: what has neither a living
 * supervisor nor an exit code, and what was ended because nobody held its lease.
 *
 * @param allAttempts a folder for each agent process, with one for each attempt.
 */
export function findKeptPrograms(allAttempts: string): KeptProgram[] {
  const bootId = currentBootId();
  return entriesOf(allAttempts)
    .filter(isDeadLabel)
    .flatMap((label) => entriesOf(join(allAttempts, label)).map((name) => join(allAttempts, label, name)))
    .flatMap((path) => {
      const folder = supervisionFolder(join(path, 'log'));
      const record = readRecord(folder);
      const identity = readSupervisor(folder);
      const exit = readExit(folder);
      if (record === undefined || identity === undefined || record.bootId !== bootId) return [];
      if (exit.kind === 'expired' || (exit.kind === 'running' && !isAlive(identity))) return [];
      const stop = readStop(folder);
      const kept: KeptProgram = {
        record,
        folder: attemptFolder(join(path, '..'), record.key),
        supervisor: earlierSupervisor(identity),
        stopReason: stop === undefined ? undefined : parseStopReason(stop),
      };
      return kept.folder.path === path ? [kept] : [];
    });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
