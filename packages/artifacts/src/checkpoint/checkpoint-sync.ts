import { ArtifactExistsError } from '../artifact-errors.js';
import { inParallel } from '../in-parallel.js';
import type { ObjectStore } from '../object-store.js';
import { type NextCheckpoint, nextCheckpoint, type StoredFile } from './checkpoint-content.js';
import {
  type CheckpointLayout,
  type CheckpointOwner,
  checkpointLayout,
  compareManifests,
  type ManifestNumber,
} from './checkpoint-layout.js';
import {
  type CheckpointFile,
  type CheckpointManifest,
  listManifests,
  readManifest,
  writeManifest,
} from './checkpoint-manifest.js';
import { type ScannedFile, scanFolder } from './folder-scan.js';
import { type RestoredCheckpoint, restoreCheckpoint } from './restore-checkpoint.js';
import { storeFile } from './store-file.js';

/** A newer attempt of the training job has taken over its checkpoints; this one must not write any more. */
export class CheckpointSupersededError extends Error {
  override readonly name = 'CheckpointSupersededError';

  constructor({ trainingJobId, fence }: CheckpointOwner) {
    super(`The checkpoints of training job ${trainingJobId} belong to a newer attempt than number ${fence}.`);
  }
}

/** Calls back once, later. @returns what cancels it. */
export type CheckpointTimer = (callback: () => void, delayMs: number) => () => void;

export interface CheckpointSyncOptions {
  readonly store: ObjectStore;
  /** Folder or key prefix that has the files of the newest checkpoint, and ours in `.fleetune`. */
  readonly prefixUri: string;
  /** The local folder; nobody else's while it is restored. */
  readonly folder: string;
  readonly owner: CheckpointOwner;
  /** From the end of one scan to the next. Default: 10,000. */
  readonly scanEveryMs?: number;
  /** Default: `setTimeout`. */
  readonly timer?: CheckpointTimer;
  /** Told of each scan that failed; the next one tries again. */
  readonly onFault?: (error: unknown) => void;
}

export type FlushOutcome = 'Flushed' | 'DeadlineExceeded';

/** Two checkpoints are kept whole: the newest, and the one before it in case the newest turns out to be damaged. */
const MANIFESTS_KEPT = 2;

/**
 * Keeps a folder that a program writes checkpoints to in step with an object store, so that another attempt can go on
 * from the newest one whatever happens to this machine and this process, at any moment.
 *
 * The order makes it so: files are stored by their content, then a manifest that names them is written under a number
 * that nobody has used, and only then do older files go. `file` URIs under their own names follow after the manifest.
 */
export class CheckpointSync {
  readonly #options: CheckpointSyncOptions;
  readonly #layout: CheckpointLayout;
  readonly #timer: CheckpointTimer;
  #before: ReadonlyMap<string, ScannedFile> = new Map();
  #stored: ReadonlyMap<string, StoredFile> = new Map();
  /** Manifests that are still there, the newest first. */
  #manifests: CheckpointManifest[] = [];
  /** SHA-256 of what lies under each file's own name. */
  readonly #published = new Map<string, string>();
  #isTidy = true;
  #sequence = 0;
  #waited = 0;
  #isClosed = false;
  #mustLookUp = false;
  #cancelTimer: (() => void) | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: CheckpointSyncOptions) {
    this.#options = options;
    this.#layout = checkpointLayout(options.prefixUri, options.owner.trainingJobId);
    this.#timer = options.timer ?? defaultTimer;
  }

  /** The manifest that a restore would give now; undefined before the first one. */
  get newest(): ManifestNumber | undefined {
    return this.#manifests[0];
  }

  /** Puts the newest complete checkpoint into the folder, and makes it this attempt's own. Call it once, at first. */
  async restore(signal: AbortSignal): Promise<RestoredCheckpoint> {
    const { store, prefixUri, folder, owner } = this.#options;
    const restored = await restoreCheckpoint(store, prefixUri, owner, folder, signal);
    if (restored.from !== 'manifest') return restored;
    this.#manifests = [restored.manifest];
    if (restored.manifest.fence === owner.fence) this.#sequence = restored.manifest.sequence;
    // The attempt that wrote it may have ended before the files got their names.
    this.#isTidy = false;
    const scanned = await scanFolder(folder);
    this.#stored = new Map(
      restored.manifest.files.map((file) => [file.name, { ...file, stamp: scanned.get(file.name)?.stamp ?? '' }]),
    );
    // Under the new fence at once: an older attempt that still lives finds out before it takes anything away.
    await this.#writeManifest(restored.manifest.files);
    return restored;
  }

  /**
   * Goes on where an earlier process left off with this same attempt: the folder is as its program has it. Instead of
   * {@link restore}, at first; what is stored already is looked up by the next scan.
   */
  resume(): void {
    this.#mustLookUp = true;
  }

  /** Scans again and again until {@link flush} or {@link abandon}. */
  start(): void {
    if (this.#isClosed) return;
    this.#cancelTimer = this.#timer(() => {
      void this.scan()
        .catch((error: unknown) => {
          if (error instanceof CheckpointSupersededError) this.abandon();
          this.#options.onFault?.(error);
        })
        .then(() => this.start());
    }, this.#options.scanEveryMs ?? 10_000);
  }

  /**
   * Looks at the folder once and stores what is new and at rest.
   *
   * @throws CheckpointSupersededError, and what the store throws.
   */
  scan(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) return;
      if (this.#mustLookUp) await this.#lookUp();
      const now = await scanFolder(this.#options.folder);
      const next = nextCheckpoint(now, this.#before, this.#stored, this.#waited);
      this.#before = now;
      this.#waited = next === 'wait' ? this.#waited + 1 : 0;
      if (next !== 'wait' && next !== undefined) await this.#commit(next);
      else if (!this.#isTidy) await this.#tidy();
    });
  }

  /**
   * Stores what is there, when nobody writes any more, and ends.
   *
   * @param deadlineMs after this the work is left as it is; the newest manifest then stays the one before.
   * @throws CheckpointSupersededError, and what the store throws.
   */
  async flush(deadlineMs: number): Promise<FlushOutcome> {
    this.#cancelTimer?.();
    let cancel: (() => void) | undefined;
    const late = new Promise<FlushOutcome>((done) => {
      cancel = this.#timer(() => done('DeadlineExceeded'), deadlineMs);
    });
    try {
      return await Promise.race([this.#flush(), late]);
    } finally {
      cancel?.();
      this.abandon();
    }
  }

  /** Ends without another look; what is under way does not reach its manifest any more. */
  abandon(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
  }

  #flush(): Promise<FlushOutcome> {
    return this.#inTurn<FlushOutcome>(async () => {
      if (this.#mustLookUp) await this.#lookUp();
      const now = await scanFolder(this.#options.folder);
      // At rest, all of it.
      const next = nextCheckpoint(now, now, this.#stored, 0);
      if (next !== 'wait' && next !== undefined) await this.#commit(next);
      else if (!this.#isTidy) await this.#tidy();
      return 'Flushed';
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#work.then(work, work);
    this.#work = turn.catch(() => undefined);
    return turn;
  }

  /** What the newest manifest says is stored. */
  async #lookUp(): Promise<void> {
    const { store, owner } = this.#options;
    const [newest] = await listManifests(store, this.#layout);
    const manifest = newest && (await readManifest(store, this.#layout, owner, newest));
    if (manifest !== undefined) {
      if (manifest.fence === owner.fence) this.#sequence = manifest.sequence;
      this.#manifests = [manifest];
      this.#isTidy = false;
      this.#stored = new Map(manifest.files.map((file) => [file.name, { ...file, stamp: '' }]));
    }
    this.#mustLookUp = false;
  }

  async #commit({ toStore, toKeep }: NextCheckpoint): Promise<void> {
    const { store, folder } = this.#options;
    const next = new Map(toKeep.map((file) => [file.name, file]));
    const safe = new Set(this.#manifests.flatMap((manifest) => manifest.files.map((file) => file.sha256)));
    const putting = new Map<string, Promise<boolean>>();
    await inParallel(toStore, async (name) => {
      const isStored = (sha256: string) => safe.has(sha256);
      const file = await storeFile(store, this.#layout, folder, name, isStored, putting);
      const known = file ?? this.#stored.get(name);
      if (known !== undefined) next.set(name, known);
    });
    if (this.#isClosed) return;
    await this.#writeManifest([...next.values()].map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })));
    this.#stored = next;
    await this.#tidy();
  }

  /** What follows a manifest, and is made up for by the next scan where it failed. */
  async #tidy(): Promise<void> {
    this.#isTidy = false;
    await this.#publish();
    await this.#forgetOlder();
    this.#isTidy = true;
  }

  async #writeManifest(files: readonly CheckpointFile[]): Promise<void> {
    const { store, owner } = this.#options;
    this.#assertNoneNewer(await listManifests(store, this.#layout));
    this.#sequence += 1;
    const manifest = { ...owner, sequence: this.#sequence, files };
    try {
      await writeManifest(store, this.#layout, manifest);
    } catch (error) {
      if (error instanceof ArtifactExistsError) throw new CheckpointSupersededError(owner);
      throw error;
    }
    this.#manifests.unshift(manifest);
  }

  #assertNoneNewer([newest]: readonly ManifestNumber[]): void {
    const own = { fence: this.#options.owner.fence, sequence: this.#sequence };
    if (newest !== undefined && compareManifests(newest, own) > 0) {
      throw new CheckpointSupersededError(this.#options.owner);
    }
  }

  /** Gives the files their own names below the prefix, and takes away those that the program has deleted. */
  async #publish(): Promise<void> {
    const { store } = this.#options;
    const published = this.#published;
    const gone = [...published.keys()].filter((name) => !this.#stored.has(name));
    await inParallel(gone, async (name) => {
      await store.delete(this.#layout.fileUri(name));
      published.delete(name);
    });
    const changed = [...this.#stored.values()].filter(({ name, sha256 }) => published.get(name) !== sha256);
    await inParallel(changed, async ({ name, sha256 }) => {
      await store.copy(this.#layout.blobUri(sha256), this.#layout.fileUri(name));
      published.set(name, sha256);
    });
  }

  /** Takes away all but the newest manifests, those of earlier attempts too, and then what only they named. */
  async #forgetOlder(): Promise<void> {
    const { store, owner } = this.#options;
    this.#manifests = this.#manifests.slice(0, MANIFESTS_KEPT);
    const kept = this.#manifests;
    const needed = new Set(kept.flatMap((manifest) => manifest.files.map((file) => file.sha256)));
    const numbers = await listManifests(store, this.#layout);
    this.#assertNoneNewer(numbers);
    for (const number of numbers) {
      if (kept.some((manifest) => compareManifests(manifest, number) === 0)) continue;
      const manifest = await readManifest(store, this.#layout, owner, number);
      // The manifest first, so that there is none whose files are gone.
      await store.delete(this.#layout.manifestUri(number));
      for (const { sha256 } of manifest?.files ?? []) {
        if (!needed.has(sha256)) await store.delete(this.#layout.blobUri(sha256));
      }
    }
  }
}

function defaultTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
