import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ObjectStore } from '../object-store.js';
import {
  type CheckpointLayout,
  type CheckpointOwner,
  compareManifests,
  type ManifestNumber,
  parseManifestName,
} from './checkpoint-layout.js';

export interface CheckpointFile {
  /** Path below the checkpoint folder, with `/`. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A checkpoint: every file that it is made of. What a manifest names was stored before the manifest was. */
export interface CheckpointManifest extends ManifestNumber {
  readonly trainingJobId: string;
  readonly files: readonly CheckpointFile[];
}

/** The manifests of a training job, the newest first. */
export async function listManifests(store: ObjectStore, layout: CheckpointLayout): Promise<readonly ManifestNumber[]> {
  const numbers: ManifestNumber[] = [];
  for await (const { name } of store.list(layout.manifestsPrefix)) {
    const number = parseManifestName(name);
    if (number !== undefined) numbers.push(number);
  }
  return numbers.sort((one, other) => compareManifests(other, one));
}

/** Undefined when it is not there, or not a manifest of this training job. */
export async function readManifest(
  store: ObjectStore,
  layout: CheckpointLayout,
  owner: CheckpointOwner,
  number: ManifestNumber,
): Promise<CheckpointManifest | undefined> {
  const content = await text(await store.get(layout.manifestUri(number)));
  try {
    const { trainingJobId, fence, sequence, files } = JSON.parse(content) as CheckpointManifest;
    const isOwn = trainingJobId === owner.trainingJobId && compareManifests({ fence, sequence }, number) === 0;
    return isOwn && files.every(isCheckpointFile) ? { trainingJobId, fence, sequence, files } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws ArtifactExistsError when that number is taken: another process writes as the same attempt. */
export async function writeManifest(
  store: ObjectStore,
  layout: CheckpointLayout,
  manifest: CheckpointManifest,
): Promise<void> {
  const body = Readable.from([Buffer.from(`${JSON.stringify({ format: 1, ...manifest }, null, 1)}\n`)]);
  await store.put(layout.manifestUri(manifest), body, { ifAbsent: true });
}

function isCheckpointFile(file: CheckpointFile): boolean {
  const isInside = file.name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  return isInside && !file.name.includes('\0') && file.sizeBytes >= 0 && /^[0-9a-f]{64}$/.test(file.sha256);
}
