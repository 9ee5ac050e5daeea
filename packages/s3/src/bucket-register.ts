import { isBucketName } from './storage/places.js';
import { openStorage } from './storage/storage.js';

/** The buckets of a folder and whose they are, for those who look without S3. */
export interface BucketRegister {
  exists(bucket: string): Promise<boolean>;
  /** The tenant that made it through S3 or was given it here; undefined when nobody did, or there is none. */
  ownerOf(bucket: string): Promise<string | undefined>;
  /** Makes a bucket for a tenant. Fine when the tenant has it already. @throws BucketTakenError */
  make(bucket: string, tenant: string): Promise<void>;
}

/** The bucket is there, and another tenant's. */
export class BucketTakenError extends Error {
  override readonly name = 'BucketTakenError';
  constructor(bucket: string, tenant: string) {
    super(`The bucket "${bucket}" is there already and does not belong to the tenant "${tenant}".`);
  }
}

/** @param root the folder behind `s3://`, as in S3Options. */
export function openBucketRegister(root: string): BucketRegister {
  const { buckets, owners } = openStorage(root);
  const exists = async (bucket: string) => isBucketName(bucket) && (await buckets.exists(bucket));
  return {
    exists,
    ownerOf: async (bucket) => (isBucketName(bucket) ? owners.find(bucket) : undefined),
    async make(bucket, tenant) {
      if (await exists(bucket)) {
        if ((await owners.find(bucket)) !== tenant) throw new BucketTakenError(bucket, tenant);
        return;
      }
      await buckets.create(bucket);
      await owners.record(bucket, tenant);
    },
  };
}
