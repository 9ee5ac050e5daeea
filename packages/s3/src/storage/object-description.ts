import type { Checksums } from '../body/checksum.js';

/** What a client said of an object when it put it there. */
export interface ObjectDescription {
  /** Headers that go back out as they came in: `content-type`, `cache-control` and their like. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, without the `x-amz-meta-` of the names. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is kept of an object beside its bytes. */
export interface ObjectRecord extends ObjectDescription {
  readonly key: string;
  /** Without quotes. None for copies of objects that have none. */
  readonly etag?: string;
  /** Of the whole object. */
  readonly checksums: Checksums;
}

/** An object as it lies there. */
export interface StoredObject extends ObjectRecord {
  /** The recorded one, or one that stands for this version of the file. */
  readonly etag: string;
  readonly recordedEtag?: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}
