import type { Checksums } from '../body/checksum.js';

/** The checksums of a whole object, in the headers that clients look for. */
export function checksumHeaders(checksums: Checksums): Record<string, string> {
  const values = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value] as const);
  return values.length === 0 ? {} : { ...Object.fromEntries(values), 'x-amz-checksum-type': 'FULL_OBJECT' };
}

/** The same in an XML answer, as `ChecksumCRC32` and its like. */
export function checksumElements(checksums: Checksums): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]));
}
