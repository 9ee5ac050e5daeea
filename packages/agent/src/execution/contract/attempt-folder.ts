import { mkdirSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptKey } from '@fleetune/domain';

/** Where training code finds its `/opt/ml`, wherever that really lies. */
export interface TrainingPaths {
  readonly root: string;
  readonly inputConfig: string;
  readonly inputData: string;
  readonly model: string;
  readonly output: string;
  readonly outputData: string;
  readonly failureFile: string;
  readonly checkpoints: string;
  readonly code: string;
  /** What the training jobs of a warm pool hand on to each other; only there where the attempt is in one. */
  readonly warmPoolCache: string;
  /** A virtual environment of the attempt's own, where an image's stand-in is one. */
  readonly python: string;
}

/** SageMaker's layout below `root`. */
export function trainingPaths(root: string): TrainingPaths {
  return {
    root,
    inputConfig: `${root}/input/config`,
    inputData: `${root}/input/data`,
    model: `${root}/model`,
    output: `${root}/output`,
    outputData: `${root}/output/data`,
    failureFile: `${root}/output/failure`,
    checkpoints: `${root}/checkpoints`,
    code: `${root}/code`,
    warmPoolCache: `${root}/sagemaker/warmpoolcache`,
    python: `${root}/python`,
  };
}

/** The folder of one attempt on this machine. */
export interface AttemptFolder {
  readonly path: string;
  /** Becomes `/opt/ml`. */
  readonly training: TrainingPaths;
  /** The sandbox's own: mount tables and mount points. */
  readonly sandbox: string;
  readonly log: string;
}

export function attemptFolder(attemptsFolder: string, key: AttemptKey): AttemptFolder {
  const path = join(attemptsFolder, `${encodeURIComponent(key.trainingJobId)}.${key.fence}`);
  return { path, training: trainingPaths(join(path, 'ml')), sandbox: join(path, 'sandbox'), log: join(path, 'log') };
}

/**
 * Makes the empty layout. Synchronous: a dozen system calls cost less than one turn through the thread pool, and the
 * program's start waits for them.
 */
export function makeTrainingFolders(paths: TrainingPaths): void {
  for (const folder of [paths.inputConfig, paths.inputData, paths.outputData]) mkdirSync(folder, { recursive: true });
  for (const folder of [paths.model, paths.checkpoints, paths.code]) mkdirSync(folder);
}

/** Removes a folder even where the program took away its own permissions. */
export async function removeAttemptFolder(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 2 } as const;
  try {
    await rm(path, options);
  } catch {
    await makeRemovable(path);
    await rm(path, options);
  }
}

async function makeRemovable(folder: string): Promise<void> {
  // The removal that failed may still be at work on what did not hinder it.
  await unlessGone(chmod(folder, 0o700));
  for (const entry of (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? []) {
    if (entry.isDirectory()) await makeRemovable(join(folder, entry.name));
  }
}

async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
