import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TrainingPaths } from './attempt-folder.js';

/** SageMaker's limit for what the failure file may say. */
const MAX_FAILURE_CHARACTERS = 1024;

/**
 * What the program wrote to `/opt/ml/output/failure`, cut to 1,024 characters; undefined when there is nothing.
 *
 * Read from outside the sandbox, so nothing the program put there is trusted: no links, no pipes, nothing outside.
 */
export async function readFailureFile(paths: TrainingPaths): Promise<string | undefined> {
  if (!(await leadsInside(paths.root, dirname(paths.failureFile)))) return undefined;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(paths.failureFile, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4 * MAX_FAILURE_CHARACTERS), 0, undefined, 0);
    const text = buffer.toString('utf8', 0, bytesRead).trim();
    return text === '' ? undefined : text.slice(0, MAX_FAILURE_CHARACTERS);
  } finally {
    await handle.close();
  }
}

/** True when `folder` is a real folder at its own place under `root`, not a link that the program put there. */
export async function leadsInside(root: string, folder: string): Promise<boolean> {
  const [realRoot, realFolder] = await Promise.all([realpath(root), realpath(folder).catch(() => undefined)]);
  return realFolder === realRoot + folder.slice(root.length);
}
