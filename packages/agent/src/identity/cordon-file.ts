import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether an agent was told to take no work, which holds until it is told otherwise, over restarts too. */
export class CordonFile {
  readonly #path: string;

  constructor(stateDirectory: string) {
    this.#path = join(stateDirectory, 'cordoned');
  }

  get isCordoned(): boolean {
    return existsSync(this.#path);
  }

  async write(isCordoned: boolean): Promise<void> {
    if (isCordoned) await writeFile(this.#path, '', { mode: 0o600 });
    else await rm(this.#path, { force: true });
  }
}
