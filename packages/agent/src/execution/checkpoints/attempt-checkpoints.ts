import { writeFileSync } from 'node:fs';
import { CheckpointSync, joinUri, type ObjectStore } from '@fleetune/artifacts';
import type { AttemptKey } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';
import { messageOf } from '../attempt-faults.js';
import type { TrainingPaths } from '../contract/attempt-folder.js';

export interface AttemptCheckpointsOptions {
  readonly stores: ObjectStore;
  readonly key: AttemptKey;
  readonly order: TrainingOrder;
  readonly paths: TrainingPaths;
  readonly scanEveryMs: number;
  /** Tells the job's author something, in the job's log. */
  note(text: string): void;
}

/** Keeps `/opt/ml/checkpoints` of one attempt in step with where the job's checkpoints go; without a place, nothing. */
export class AttemptCheckpoints {
  readonly #sync: CheckpointSync | undefined;
  readonly #options: AttemptCheckpointsOptions;
  readonly #prefixUri: string;
  #lastFault = '';

  constructor(options: AttemptCheckpointsOptions) {
    this.#options = options;
    this.#prefixUri = checkpointPrefix(options.order);
    if (this.#prefixUri === '') return;
    this.#sync = new CheckpointSync({
      store: options.stores,
      prefixUri: this.#prefixUri,
      folder: options.paths.checkpoints,
      owner: options.key,
      scanEveryMs: options.scanEveryMs,
      onFault: (error) => this.#tellFault(error),
    });
  }

  /** Puts what earlier attempts left in its place, and writes `checkpointconfig.json`. */
  async restore(signal: AbortSignal): Promise<void> {
    if (this.#sync === undefined) return;
    const { paths, note } = this.#options;
    const config = { S3Uri: this.#prefixUri, LocalPath: '/opt/ml/checkpoints' };
    writeFileSync(`${paths.inputConfig}/checkpointconfig.json`, JSON.stringify(config));
    const restored = await this.#sync.restore(signal);
    if (restored.from === 'manifest') {
      const { fence, sequence, files } = restored.manifest;
      note(`Restored checkpoint ${sequence} of attempt ${fence}: ${files.length} files.`);
    } else if (restored.from === 'objects') {
      note(`Restored ${restored.count} files from ${this.#prefixUri}.`);
    }
  }

  /** Goes on with the folder as the program of this same attempt has it. Instead of {@link restore}. */
  resume(): void {
    this.#sync?.resume();
  }

  start(): void {
    this.#sync?.start();
  }

  /** Stores the last state, when the program has ended. A fault is told in the log and changes no result. */
  async flush(deadlineMs: number): Promise<void> {
    try {
      const outcome = await this.#sync?.flush(deadlineMs);
      if (outcome === 'DeadlineExceeded') {
        this.#options.note(`The last checkpoint could not be stored within ${deadlineMs / 1000} s.`);
      }
    } catch (error) {
      this.#tellFault(error);
    }
  }

  abandon(): void {
    this.#sync?.abandon();
  }

  /** A store that is down fails at every scan in the same way. */
  #tellFault(error: unknown): void {
    const fault = messageOf(error);
    if (fault === this.#lastFault) return;
    this.#lastFault = fault;
    this.#options.note(`Checkpoints could not be stored: ${fault}`);
  }
}

/**
 * Where a job's checkpoints go; empty for nowhere. The training jobs of a tuning job share one URI, so each has a folder
 * there by its name: none goes on from the checkpoints of another.
 */
function checkpointPrefix(order: TrainingOrder): string {
  if (order.checkpointUri === '' || order.objectiveMetricName === '') return order.checkpointUri;
  return joinUri(order.checkpointUri, order.trainingJobName);
}
