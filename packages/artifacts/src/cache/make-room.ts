export interface StoredEntry {
  readonly key: string;
  readonly sizeBytes: number;
  readonly lastUsedMs: number;
  /** In use: must stay. */
  readonly isPinned: boolean;
}

/**
 * Which entries have to go, those not used for the longest time first, so that `neededBytes` more fit.
 *
 * @param usedBytes everything that counts against the quota, reservations included.
 * @returns undefined when there is no room even without all that may go.
 */
export function roomFor(
  neededBytes: number,
  usedBytes: number,
  quotaBytes: number,
  entries: readonly StoredEntry[],
): readonly string[] | undefined {
  const goes: string[] = [];
  let used = usedBytes;
  const oldestFirst = entries.filter((entry) => !entry.isPinned).sort((a, b) => a.lastUsedMs - b.lastUsedMs);
  for (const entry of oldestFirst) {
    if (used + neededBytes <= quotaBytes) break;
    goes.push(entry.key);
    used -= entry.sizeBytes;
  }
  return used + neededBytes <= quotaBytes ? goes : undefined;
}
