/** All processes of one attempt, however they left their parents, groups and sessions. */
export interface ProcessTree {
  /** Asks every process to end (SIGTERM). Returns how many were asked; 0 while the program is not up yet. */
  terminate(): number;
  /** Ends every process; resolves when none is left. May be called again, and after the program's own end. */
  kill(): Promise<void>;
}

/**
 * Kills what `find` finds until it has found nothing twice in a row: a process that forks while it is looked for shows
 * up in the second look. Patient with processes that the kernel cannot end yet.
 *
 * @returns how many processes were killed.
 */
export async function killUntilGone(find: () => readonly number[], killOne: (pid: number) => void): Promise<number> {
  const killed = new Set<number>();
  let pauseMs = 1;
  for (let cleanPasses = 0; cleanPasses < 2; ) {
    const pids = find();
    for (const pid of pids) {
      killOne(pid);
      killed.add(pid);
    }
    cleanPasses = pids.length === 0 ? cleanPasses + 1 : 0;
    if (cleanPasses >= 2) break;
    await new Promise((done) => setTimeout(done, pauseMs));
    pauseMs = Math.min(100, pauseMs * 2);
  }
  return killed.size;
}
