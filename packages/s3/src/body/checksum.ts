import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createCRC32, createCRC64 } from 'hash-wasm';

/** The checksums that S3's clients send, by the name in `x-amz-checksum-NAME`. */
export const CHECKSUM_NAMES = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof CHECKSUM_NAMES)[number];

/** Base64 values by name. */
export type Checksums = Readonly<Partial<Record<ChecksumName, string>>>;

export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Base64. To be asked once. */
  digest(): string;
}

export function isChecksumName(name: string): name is ChecksumName {
  return CHECKSUM_NAMES.some((known) => known === name);
}

export async function startChecksum(name: ChecksumName): Promise<RunningChecksum> {
  switch (name) {
    case 'crc32':
      return startCrc32();
    case 'crc32c':
      return fromWasm(await createCRC32(CASTAGNOLI));
    case 'crc64nvme':
      return fromWasm(await createCRC64(CRC64_NVME));
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
    }
  }
}

/** Polynomials with their bits reversed, as the library takes them. */
const CASTAGNOLI = 0x82f63b78;
const CRC64_NVME = '9a6c9329ac4bc9b5';

function startCrc32(): RunningChecksum {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}

interface WasmHasher {
  init(): unknown;
  update(bytes: Uint8Array): unknown;
  digest(form: 'binary'): Uint8Array;
}

function fromWasm(hasher: WasmHasher): RunningChecksum {
  hasher.init();
  return {
    update: (bytes) => void hasher.update(bytes),
    digest: () => Buffer.from(hasher.digest('binary')).toString('base64'),
  };
}
