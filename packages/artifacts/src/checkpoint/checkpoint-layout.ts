import { joinUri } from '../object-uri.js';

/** Everything of ours below a checkpoint prefix; the files of the newest checkpoint lie beside it under their names. */
export const CHECKPOINT_FOLDER = '.fleetune';

/** Which try of which training job. */
export interface CheckpointOwner {
  readonly trainingJobId: string;
  readonly fence: number;
}

/** Names a manifest; a later one is greater in both numbers, the fence first. */
export interface ManifestNumber {
  readonly fence: number;
  readonly sequence: number;
}

/** Where the checkpoints of one training job lie below a prefix. */
export function checkpointLayout(prefixUri: string, trainingJobId: string) {
  const own = joinUri(prefixUri, CHECKPOINT_FOLDER, encodeURIComponent(trainingJobId));
  return {
    manifestsPrefix: joinUri(own, 'manifests', ''),
    manifestUri: ({ fence, sequence }: ManifestNumber) =>
      joinUri(own, 'manifests', `${digits(fence)}-${digits(sequence)}.json`),
    /** By content, so that a file that is written anew never takes the old one from an older manifest. */
    blobUri: (sha256: string) => joinUri(own, 'blobs', sha256),
    fileUri: (name: string) => joinUri(prefixUri, ...name.split('/')),
  };
}

export type CheckpointLayout = ReturnType<typeof checkpointLayout>;

/** Undefined for what is no manifest's name. */
export function parseManifestName(name: string): ManifestNumber | undefined {
  const [, fence, sequence] = /^(\d{10})-(\d{10})\.json$/.exec(name) ?? [];
  return fence === undefined || sequence === undefined
    ? undefined
    : { fence: Number(fence), sequence: Number(sequence) };
}

/** Positive when `one` is newer than `other`. */
export function compareManifests(one: ManifestNumber, other: ManifestNumber): number {
  return one.fence - other.fence || one.sequence - other.sequence;
}

function digits(number: number): string {
  return String(number).padStart(10, '0');
}
