import { readdir } from 'node:fs/promises';
import { createTarGz, joinUri, type ObjectStore } from '@fleetune/artifacts';
import type { TrainingPaths } from '../contract/attempt-folder.js';
import { leadsInside } from '../contract/failure-file.js';

/**
 * Stores what the program left in `model` and `output/data` as `<outputUri>/<job>/output/{model,output}.tar.gz`. Empty
 * folders are not stored.
 *
 * @returns the model's URI, when there is a model.
 */
export async function uploadArtifacts(
  store: ObjectStore,
  paths: TrainingPaths,
  outputUri: string,
  trainingJobName: string,
  signal: AbortSignal,
): Promise<{ readonly modelArtifactUri?: string }> {
  if (outputUri === '') return {};
  const uriOf = (name: string) => joinUri(outputUri, trainingJobName, 'output', name);
  const [model] = await Promise.all([
    uploadFolderArchive(store, paths.root, paths.model, uriOf('model.tar.gz'), signal),
    uploadFolderArchive(store, paths.root, paths.outputData, uriOf('output.tar.gz'), signal),
  ]);
  return model === undefined ? {} : { modelArtifactUri: model };
}

async function uploadFolderArchive(
  store: ObjectStore,
  root: string,
  folder: string,
  uri: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // The program may have replaced the folder by a link to something that is not its own.
  if (!(await leadsInside(root, folder)) || (await readdir(folder)).length === 0) return undefined;
  const archive = await createTarGz(folder);
  const abort = () => archive.destroy(new Error('The upload was given up.'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await store.put(uri, archive);
    return uri;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
