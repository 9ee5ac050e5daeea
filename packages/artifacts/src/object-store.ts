import type { Readable } from 'node:stream';
import type { LazyMount } from './lazy-mount/lazy-mount.js';

export interface ObjectFacts {
  readonly sizeBytes: number;
  /** Differs whenever the bytes differ: S3's ETag, or a file's inode, size and time of change. */
  readonly version: string;
}

/** One object below a listed prefix. */
export interface ObjectEntry extends ObjectFacts {
  readonly uri: string;
  /** Path below the prefix, with `/`; never empty, never leading out of a folder it is joined to. */
  readonly name: string;
}

/** Where bytes come from: a stream, or a file that stays as it is. */
export type ObjectBody = Readable | { readonly file: string };

export interface GetOptions {
  /** Leave out this many bytes at the beginning; less than the object has. */
  readonly fromByte?: number;
  /** Only these bytes will do: @throws ArtifactChangedError when the object has others by now. */
  readonly ifVersion?: string;
}

export interface PutOptions {
  /** Replace nothing: @throws ArtifactExistsError when there is an object already. */
  readonly ifAbsent?: boolean;
}

/**
 * Bytes by URI. Every method throws InvalidArtifactUriError for a URI it cannot serve, ArtifactAccessDeniedError where
 * the store refuses, and ArtifactStoreError when the store fails.
 */
export interface ObjectStore {
  /** @throws ArtifactNotFoundError when nothing lies at `uri`. */
  get(uri: string, options?: GetOptions): Promise<Readable>;
  /**
   * Replaces the object as a whole: readers see the old bytes or all of the new ones, also after a loss of power. Holds
   * tens of MiB in memory, however long the body is.
   */
  put(uri: string, body: ObjectBody, options?: PutOptions): Promise<void>;
  /** Makes `toUri` the same bytes as `fromUri`, inside the store. @throws ArtifactNotFoundError without `fromUri`. */
  copy(fromUri: string, toUri: string): Promise<void>;
  /** Nothing to delete is no fault. */
  delete(uri: string): Promise<void>;
  /**
   * Every object under a prefix, in no order. For `s3://` all keys that begin with it, as S3 does; for `file://` the
   * file itself, or what the folder holds. Yields nothing when there is nothing.
   */
  list(prefixUri: string): AsyncIterable<ObjectEntry>;
  exists(uri: string): Promise<boolean>;
  /** Undefined when nothing lies at `uri`. */
  facts(uri: string): Promise<ObjectFacts | undefined>;
  /**
   * The local file or folder that holds exactly what `list` would yield, when this store keeps its objects in the local
   * file system. It must not be written to.
   */
  localPath(prefixUri: string): Promise<string | undefined>;
  /**
   * Shows the folder that a prefix means at the empty folder `folder`, read-only, without fetching it: bytes come when
   * they are read.
   */
  mount(prefixUri: string, folder: string): Promise<LazyMount>;
}
