import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AttemptReport, fromAttemptKeyMessage } from '@fleetune/protocol';
import { attemptName } from '../attempts/attempt-name.js';
import { writeAtomically } from '../write-atomically.js';
import { decodeRecords, encodeRecord, type JournalRecord } from './journal-record.js';

/** Past this size the file is written anew with only what is still needed. */
const COMPACT_BYTES = 1 << 20;

/**
 * Reports that the server has not acknowledged, kept through a crash of the agent. One append-only file; what comes in
 * while a write is under way goes out with the next one, so many small attempts share one fsync, and a report that is
 * acknowledged before its turn costs no disk at all.
 */
export class ReportJournal {
  readonly #path: string;
  readonly #unacknowledged: Map<string, AttemptReport>;
  readonly #onFailure: (error: unknown) => void;
  #file: FileHandle;
  #fileBytes: number;
  #compactAtBytes: number;
  #pending = new Map<string, JournalRecord>();
  #writing: Promise<void> | undefined;

  /**
   * Opens the journal of a state directory.
   *
   * @param onFailure told when the disk refuses; reports then live in memory only.
   */
  static async open(stateDirectory: string, onFailure: (error: unknown) => void): Promise<ReportJournal> {
    const path = join(stateDirectory, 'reports.journal');
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const unacknowledged = new Map<string, AttemptReport>();
    for (const record of decodeRecords(bytes)) {
      if (record.kind === 'report') unacknowledged.set(nameOf(record.report), record.report);
      else unacknowledged.delete(record.name);
    }
    await writeAtomically(path, encodeAll(unacknowledged));
    const file = await open(path, 'a', 0o600);
    return new ReportJournal(path, file, (await file.stat()).size, unacknowledged, onFailure);
  }

  private constructor(
    path: string,
    file: FileHandle,
    fileBytes: number,
    unacknowledged: Map<string, AttemptReport>,
    onFailure: (error: unknown) => void,
  ) {
    this.#path = path;
    this.#file = file;
    this.#fileBytes = fileBytes;
    this.#compactAtBytes = compactAt(fileBytes);
    this.#unacknowledged = unacknowledged;
    this.#onFailure = onFailure;
  }

  /** Every report still to be acknowledged, those of an earlier agent process included. */
  unacknowledged(): AttemptReport[] {
    return [...this.#unacknowledged.values()];
  }

  add(report: AttemptReport): void {
    const name = nameOf(report);
    this.#unacknowledged.set(name, report);
    this.#pending.set(name, { kind: 'report', report });
    this.#write();
  }

  acknowledge(name: string): void {
    if (!this.#unacknowledged.delete(name)) return;
    if (this.#pending.delete(name)) return;
    this.#pending.set(name, { kind: 'acknowledged', name });
    this.#write();
  }

  /** Resolves when all that was added or acknowledged before is on disk. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async close(): Promise<void> {
    await this.flushed();
    await this.#file.close();
  }

  #write(): void {
    if (this.#writing !== undefined) return;
    this.#writing = this.#writePending()
      .catch((error: unknown) => {
        // What was written may be torn, and would hide all that follows it: the next write starts a new file.
        this.#fileBytes = Number.POSITIVE_INFINITY;
        this.#onFailure(error);
      })
      .finally(() => {
        this.#writing = undefined;
        if (this.#pending.size > 0) this.#write();
      });
  }

  async #writePending(): Promise<void> {
    // A turn of the event loop: what the same burst of messages acknowledges need not be written at all.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const records = [...this.#pending.values()];
    this.#pending = new Map();
    if (records.length === 0) return;
    if (this.#fileBytes > this.#compactAtBytes) return await this.#compact();
    const bytes = Buffer.concat(records.map(encodeRecord));
    await this.#file.appendFile(bytes);
    this.#fileBytes += bytes.length;
    // A forgotten acknowledgement only means one more repetition, so it does not wait for the disk.
    if (records.some((record) => record.kind === 'report')) await this.#file.datasync();
  }

  async #compact(): Promise<void> {
    const bytes = encodeAll(this.#unacknowledged);
    await writeAtomically(this.#path, bytes);
    const replaced = this.#file;
    this.#file = await open(this.#path, 'a', 0o600);
    await replaced.close();
    this.#fileBytes = bytes.length;
    this.#compactAtBytes = compactAt(bytes.length);
  }
}

/** Twice what is needed anyway, so that a long list of reports is not rewritten for each new one. */
function compactAt(neededBytes: number): number {
  return Math.max(COMPACT_BYTES, 2 * neededBytes);
}

function nameOf(report: AttemptReport): string {
  return attemptName(fromAttemptKeyMessage(report.key));
}

function encodeAll(reports: ReadonlyMap<string, AttemptReport>): Buffer {
  return Buffer.concat([...reports.values()].map((report) => encodeRecord({ kind: 'report', report })));
}
