import type { Readable } from 'node:stream';

/** One object below a listed prefix. */
export interface ObjectEntry {
  readonly uri: string;
  /** Path below the prefix, with `/`; never empty, never leading out of a folder it is joined to. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Where bytes come from: a stream, or a file that stays as it is. */
export type ObjectBody = Readable | { readonly file: string };

/**
 * Bytes by URI. Every method throws InvalidArtifactUriError for a URI it cannot serve, ArtifactAccessDeniedError where
 * the store refuses, and ArtifactStoreError when the store fails.
 */
export interface ObjectStore {
  /** @throws ArtifactNotFoundError when nothing lies at `uri`. */
  get(uri: string): Promise<Readable>;
  /** Replaces the object as a whole: readers see the old bytes or all of the new ones. */
  put(uri: string, body: ObjectBody): Promise<void>;
  /**
   * Every object under a prefix, in no order. For `s3://` all keys that begin with it, as S3 does; for `file://` the
   * file itself, or what the folder holds. Yields nothing when there is nothing.
   */
  list(prefixUri: string): AsyncIterable<ObjectEntry>;
  exists(uri: string): Promise<boolean>;
  /**
   * The local file or folder that holds exactly what `list` would yield, when this store keeps its objects in the local
   * file system. It must not be written to.
   */
  localPath(prefixUri: string): Promise<string | undefined>;
}
