import { InvalidArtifactUriError } from '../artifact-errors.js';

/** Begins every record, little-endian (dmlc-core's recordio.h). */
const MAGIC = 0xced7230a;
const HEADER_BYTES = 8;
/** The length has 29 bits; the other three say that the record is whole. */
const LONGEST_RECORD_BYTES = 2 ** 29 - 1;

/**
 * What comes before a record's bytes in the RecordIO format of MXNet.
 *
 * @throws InvalidArtifactUriError naming `uri` when it is longer than a record can be, 512 MiB.
 */
export function recordHeader(sizeBytes: number, uri: string): Buffer {
  if (sizeBytes > LONGEST_RECORD_BYTES) {
    throw new InvalidArtifactUriError(uri, `its ${sizeBytes} bytes are more than a RecordIO record can hold`);
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(sizeBytes, 4);
  return header;
}

/** What comes after them: zeros up to a multiple of four. */
export function recordPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((4 - (sizeBytes % 4)) % 4);
}
