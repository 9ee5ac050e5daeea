import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ObjectStore } from '../object-store.js';
import { type CacheRequest, cacheKey, type EntryRecord, entryBytes, readEntry } from './cache-entry.js';
import { fillEntry, isIntact } from './fill-entry.js';
import { roomFor } from './make-room.js';
import { SharedWork } from './single-flight.js';

export interface ChannelCacheOptions {
  /** Of this process alone; made when it is missing. */
  readonly folder: string;
  /** How many bytes of input data are kept. 0 keeps none. */
  readonly quotaBytes: number;
  /** As `Date.now()`. Default: that. */
  readonly nowMs?: () => number;
}

/** Data that stays where it is until it is given back. */
export interface CachedData {
  /** Holds the files. It must not be written to. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly sizeBytes: number;
  release(): void;
}

/** Counted since the process began, but for the two sizes. */
export interface CacheStatistics {
  /** Answered by what was there, or by what another was fetching already. */
  readonly hits: number;
  readonly misses: number;
  /** Did not fit and were fetched past the cache. */
  readonly bypasses: number;
  readonly evictions: number;
  readonly hitBytes: number;
  readonly missBytes: number;
  readonly storedBytes: number;
  readonly quotaBytes: number;
}

interface Kept {
  readonly record: EntryRecord;
  readonly sizeBytes: number;
  lastUsedMs: number;
  pins: number;
  isTrusted: boolean;
}

/**
 * Input data of many jobs, each kept once.
 *
 * An entry comes into being by one rename of a folder that is complete, so a process that is killed leaves nothing that
 * could be taken for data. Entries of an earlier run of the machine are compared with their SHA-256 before their first
 * use, because a loss of power may have cost them bytes.
 */
export class ChannelCache {
  readonly #store: ObjectStore;
  readonly #incoming: string;
  readonly #entries: string;
  readonly #quotaBytes: number;
  readonly #nowMs: () => number;
  readonly #bootId = currentBootId();
  readonly #kept = new Map<string, Kept>();
  readonly #fetching = new Map<string, SharedWork<boolean>>();
  #reservedBytes = 0;
  #made = 0;
  #counts = { hits: 0, misses: 0, bypasses: 0, evictions: 0, hitBytes: 0, missBytes: 0 };

  constructor(store: ObjectStore, { folder, quotaBytes, nowMs = () => Date.now() }: ChannelCacheOptions) {
    this.#store = store;
    this.#incoming = join(folder, 'incoming');
    this.#entries = join(folder, 'entries');
    this.#quotaBytes = quotaBytes;
    this.#nowMs = nowMs;
    // What an earlier process had not finished, and what it was removing.
    rmSync(this.#incoming, { recursive: true, force: true });
    mkdirSync(this.#incoming, { recursive: true });
    mkdirSync(this.#entries, { recursive: true });
    this.#load();
  }

  /**
   * The data of a request, fetched when it is not here. Those who ask for the same at the same time share one download.
   *
   * @returns undefined when it does not fit beside what is in use: the caller fetches it for itself.
   * @throws what the store throws; the signal's reason when it is aborted.
   */
  async acquire(request: CacheRequest, signal: AbortSignal): Promise<CachedData | undefined> {
    const key = cacheKey(request);
    let fetched = false;
    for (;;) {
      const kept = this.#kept.get(key);
      if (kept?.isTrusted) return this.#pinned(key, kept, fetched);
      const others = this.#fetching.get(key);
      if (others?.isGivenUp) {
        await others.ended();
        continue;
      }
      const work = others ?? this.#begin(key, request, kept);
      const isThere = await work.wait(signal);
      if (!isThere) {
        this.#counts.bypasses += 1;
        return undefined;
      }
      fetched = others === undefined && kept === undefined;
    }
  }

  /**
   * Keeps what an earlier process gave out, for a program that still reads it.
   *
   * @param folder as that process had it from {@link acquire}; any other is no matter of the cache.
   * @returns what gives it back.
   */
  hold(folder: string): () => void {
    const key = basename(dirname(folder));
    const kept = folder === join(this.#entries, key, 'data') ? this.#kept.get(key) : undefined;
    if (kept === undefined) return () => undefined;
    return this.#pin(key, kept);
  }

  statistics(): CacheStatistics {
    return { ...this.#counts, storedBytes: this.#storedBytes(), quotaBytes: this.#quotaBytes };
  }

  #pinned(key: string, kept: Kept, fetched: boolean): CachedData {
    const { record, sizeBytes } = kept;
    this.#counts[fetched ? 'misses' : 'hits'] += 1;
    this.#counts[fetched ? 'missBytes' : 'hitBytes'] += sizeBytes;
    const release = this.#pin(key, kept);
    return { folder: join(this.#entries, key, 'data'), files: record.files, sizeBytes, release };
  }

  #pin(key: string, kept: Kept): () => void {
    kept.pins += 1;
    this.#touch(key, kept);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      kept.pins -= 1;
      this.#touch(key, kept);
    };
  }

  #begin(key: string, request: CacheRequest, kept: Kept | undefined): SharedWork<boolean> {
    const work = new SharedWork((signal) =>
      (kept === undefined ? this.#fetch(key, request, signal) : this.#verify(key, kept)).finally(() => {
        this.#fetching.delete(key);
      }),
    );
    this.#fetching.set(key, work);
    return work;
  }

  /** @returns false when there is no room. */
  async #fetch(key: string, request: CacheRequest, signal: AbortSignal): Promise<boolean> {
    const expectedBytes = request.objects.reduce((sum, object) => sum + object.sizeBytes, 0);
    if (!this.#makeRoom(expectedBytes)) return false;
    const folder = join(this.#incoming, String(this.#made++));
    this.#reservedBytes += expectedBytes;
    try {
      const record = await fillEntry(this.#store, request, folder, this.#bootId, signal);
      // Unpacked, it may be longer than it was announced.
      const more = Math.max(0, entryBytes(record) - expectedBytes);
      if (more > 0 && !this.#makeRoom(more)) return false;
      renameSync(folder, join(this.#entries, key));
      this.#keep(key, record, true);
      return true;
    } finally {
      this.#reservedBytes -= expectedBytes;
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #verify(key: string, kept: Kept): Promise<boolean> {
    kept.isTrusted = await isIntact(join(this.#entries, key), kept.record);
    if (!kept.isTrusted) this.#remove(key);
    return true;
  }

  #makeRoom(neededBytes: number): boolean {
    const entries = [...this.#kept].map(([key, { sizeBytes, lastUsedMs, pins }]) => ({
      key,
      sizeBytes,
      lastUsedMs,
      isPinned: pins > 0 || this.#fetching.has(key),
    }));
    const used = this.#storedBytes() + this.#reservedBytes;
    const goes = roomFor(neededBytes, used, this.#quotaBytes, entries);
    for (const key of goes ?? []) {
      this.#remove(key);
      this.#counts.evictions += 1;
    }
    return goes !== undefined;
  }

  /** Gone at once; its bytes follow. */
  #remove(key: string): void {
    this.#kept.delete(key);
    const trash = join(this.#incoming, String(this.#made++));
    renameSync(join(this.#entries, key), trash);
    void rm(trash, { recursive: true, force: true }).catch(() => undefined);
  }

  #touch(key: string, kept: Kept): void {
    kept.lastUsedMs = this.#nowMs();
    const seconds = kept.lastUsedMs / 1000;
    try {
      utimesSync(join(this.#entries, key, 'entry.json'), seconds, seconds);
    } catch {
      // Somebody emptied the folder, or the disk cannot be written to: then the next start does not know the order of use.
    }
  }

  #keep(key: string, record: EntryRecord, isTrusted: boolean, lastUsedMs = this.#nowMs()): void {
    this.#kept.set(key, { record, sizeBytes: entryBytes(record), lastUsedMs, pins: 0, isTrusted });
  }

  #storedBytes(): number {
    let sum = 0;
    for (const { sizeBytes } of this.#kept.values()) sum += sizeBytes;
    return sum;
  }

  #load(): void {
    for (const key of readdirSync(this.#entries)) {
      const folder = join(this.#entries, key);
      const record = readEntry(folder);
      if (record === undefined) rmSync(folder, { recursive: true, force: true });
      else this.#keep(key, record, record.bootId === this.#bootId, statSync(join(folder, 'entry.json')).mtimeMs);
    }
    // The quota may have become smaller.
    this.#makeRoom(0);
  }
}

/** Changes with every start of the machine; empty where the system does not say, so that nothing is taken on trust. */
function currentBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `unknown-${process.pid}-${process.hrtime.bigint()}`;
  }
}
