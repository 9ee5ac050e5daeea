import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const UPTIME = '/proc/uptime';

/**
 * Until when programs may run without a word from their agent, for supervisors to read: in seconds since the machine's
 * start, which every process on it counts alike.
 */
export class LeaseFile {
  readonly path: string;

  constructor(stateFolder: string) {
    this.path = join(stateFolder, 'lease');
  }

  /** @param leftMs from now. */
  write(leftMs: number): void {
    const until = Math.floor(uptimeMs() / 1000 + leftMs / 1000);
    const unfinished = `${this.path}.new`;
    try {
      writeFileSync(unfinished, `${until}\n`, { mode: 0o600 });
      renameSync(unfinished, this.path);
    } catch {
      // A full disk: overwriting takes no new room.
      writeFileSync(this.path, `${until}\n`, { mode: 0o600, flag: 'r+' });
    }
  }
}

/** Milliseconds since the machine's start, in hundredths of a second. */
export function uptimeMs(): number {
  return Number.parseFloat(readFileSync(UPTIME, 'utf8')) * 1000;
}
