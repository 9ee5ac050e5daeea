import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeAttemptFolder, type TrainingPaths } from './attempt-folder.js';

/**
 * The persistent cache folders of warm pools: SageMaker's `/opt/ml/sagemaker/warmpoolcache`. A pool's training jobs run
 * one after the other, so the folder moves into the attempt that runs and back out: no mount is needed, whatever the
 * walls, and what it holds counts to the volume of the attempt.
 */
export class WarmPoolCaches {
  readonly #folder: string;

  /** @param folder of this agent process; on the disk of the attempts' folders. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Puts what the pool has kept, or an empty folder, where the attempt's program looks for it. */
  lend(warmPool: string, { warmPoolCache }: TrainingPaths): void {
    if (warmPool === '') return;
    mkdirSync(dirname(warmPoolCache), { recursive: true });
    const kept = this.#pathOf(warmPool);
    if (existsSync(kept)) renameSync(kept, warmPoolCache);
    else mkdirSync(warmPoolCache);
  }

  /** Keeps what the attempt has left there for the next one. */
  takeBack(warmPool: string, { warmPoolCache }: TrainingPaths): void {
    if (warmPool !== '' && existsSync(warmPoolCache)) renameSync(warmPoolCache, this.#pathOf(warmPool));
  }

  /** The pool has ended. */
  async remove(warmPool: string): Promise<void> {
    if (warmPool !== '') await removeAttemptFolder(this.#pathOf(warmPool));
  }

  #pathOf(warmPool: string): string {
    return join(this.#folder, encodeURIComponent(warmPool));
  }
}
