import { readdir } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { createTarGz, joinUri, type ObjectStore, uploadFolder } from '@fleetune/artifacts';
import type { TrainingPaths } from '../contract/attempt-folder.js';
import { leadsInside } from '../contract/failure-file.js';

export interface ArtifactUpload {
  readonly store: ObjectStore;
  readonly paths: TrainingPaths;
  /** Where the job's outputs go; nothing is stored when it is empty. */
  readonly outputUri: string;
  readonly trainingJobName: string;
  readonly compression: 'GZIP' | 'NONE';
  readonly signal: AbortSignal;
  /** See `AttemptStart.confirmLease`. */
  readonly confirmLease: () => Promise<boolean>;
}

/** The attempt is not this agent's any more; another one may have stored its artifacts. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/**
 * Stores what the program left in `model` and `output/data` as `<outputUri>/<job>/output/{model,output}.tar.gz`; the
 * model as files below `model/` where no compression is wanted. Empty folders are not stored.
 *
 * Attempts of a job write to the same places, and a store takes an object as a whole. So the last bytes wait until the
 * server has said that the attempt is still this agent's: what an attempt left that was given away, and that nobody told
 * of it in time, replaces nothing.
 *
 * @returns the model's URI, when there is a model.
 * @throws LeaseLostError
 */
export async function uploadArtifacts(upload: ArtifactUpload): Promise<{ readonly modelArtifactUri?: string }> {
  const { paths, outputUri, trainingJobName, compression } = upload;
  if (outputUri === '') return {};
  const uriOf = (name: string) => joinUri(outputUri, trainingJobName, 'output', name);
  const [model] = await Promise.all([
    compression === 'GZIP'
      ? uploadFolderArchive(upload, paths.model, uriOf('model.tar.gz'))
      : uploadFolderFiles(upload, paths.model, uriOf('model/')),
    uploadFolderArchive(upload, paths.outputData, uriOf('output.tar.gz')),
  ]);
  return model === undefined ? {} : { modelArtifactUri: model };
}

async function uploadFolderFiles(upload: ArtifactUpload, folder: string, uri: string): Promise<string | undefined> {
  const { store, paths, signal } = upload;
  if (!(await leadsInside(paths.root, folder))) return undefined;
  await requireLease(upload);
  return (await uploadFolder(store, folder, uri, signal)) === 0 ? undefined : uri;
}

async function uploadFolderArchive(upload: ArtifactUpload, folder: string, uri: string): Promise<string | undefined> {
  const { store, paths, signal } = upload;
  // The program may have replaced the folder by a link to something that is not its own.
  if (!(await leadsInside(paths.root, folder)) || (await readdir(folder)).length === 0) return undefined;
  const archive = await createTarGz(folder);
  let leaseFault: unknown;
  const body = new PassThrough({
    flush(done) {
      requireLease(upload).then(
        () => done(),
        (error: Error) => {
          leaseFault = error;
          done(error);
        },
      );
    },
  });
  const abort = () => body.destroy(new Error('The upload was given up.'));
  archive.on('error', (error) => body.destroy(error));
  // The store may not listen yet; it finds the body destroyed when it reads.
  body.on('error', () => undefined);
  body.once('close', () => archive.destroy());
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await store.put(uri, archive.pipe(body));
    return uri;
  } catch (error) {
    // Stores tell of a body that broke in words of their own.
    throw leaseFault ?? error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function requireLease({ confirmLease }: ArtifactUpload): Promise<void> {
  if (!(await confirmLease())) throw new LeaseLostError('The attempt is not leased to this agent any more.');
}
