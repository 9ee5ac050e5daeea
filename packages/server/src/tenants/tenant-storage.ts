import { InvalidArtifactUriError, parseObjectUri, type S3Settings } from '@fleetune/artifacts';
import { platformValue, SUBMIT_DIRECTORY } from '@fleetune/domain';
import { type BucketRegister, openBucketRegister } from '@fleetune/s3';

export interface TenantStorageParts {
  readonly s3: S3Settings;
  /** Of the server: `s3://BUCKET`. */
  readonly bucketUri: string;
  /** The server's own tenant, which may use the server's bucket, its files, and all that is nobody else's. */
  readonly ownTenant: string;
}

/**
 * Which places a tenant's jobs may read and write. Agents read and write with rights of their own, so this is decided
 * before a job is taken in.
 */
export class TenantStorage {
  readonly #parts: TenantStorageParts;
  readonly #register: BucketRegister | undefined;

  constructor(parts: TenantStorageParts) {
    this.#parts = parts;
    this.#register = parts.s3.kind === 'directory' ? openBucketRegister(parts.s3.root) : undefined;
  }

  /** Where a tenant's uploads go, and models of its jobs that name no output. */
  bucketUri(tenant: string): string {
    const { bucketUri, ownTenant } = this.#parts;
    return tenant === ownTenant ? bucketUri : `s3://${bucketNameOf(tenant, bucketUri)}`;
  }

  /**
   * The tenant whose default bucket has, or would have, this name. It is kept for it: who took the name first would read
   * what the tenant's jobs write.
   */
  keptFor(bucket: string): string | undefined {
    const { bucketUri, ownTenant } = this.#parts;
    const own = bucketOf(bucketUri) ?? '';
    if (bucket === own) return ownTenant;
    return bucket.endsWith(`.${own}`) ? bucket.slice(0, -own.length - 1) : undefined;
  }

  /** Makes the tenant's bucket where buckets are ours to make. @throws BucketTakenError */
  async prepare(tenant: string): Promise<void> {
    const { bucketUri, ownTenant } = this.#parts;
    const bucket = bucketOf(this.bucketUri(tenant)) ?? '';
    // The server's own may be there without S3: agents beside the server write to its folder.
    if (tenant === ownTenant && (bucketOf(bucketUri) === undefined || (await this.#register?.exists(bucket)))) return;
    await this.#register?.make(bucket, tenant);
  }

  /** One sentence for each place in a job's specification that is not the tenant's. */
  async faults(tenant: string, spec: unknown): Promise<string[]> {
    const places = placesIn(spec);
    const faults = await Promise.all([...new Set(places.uris)].map((uri) => this.#fault(tenant, uri)));
    const isForeign = tenant !== this.#parts.ownTenant;
    return [
      ...faults.filter((fault) => fault !== undefined),
      // What a manifest names is read by the agent, long after this.
      ...(isForeign && places.hasManifest ? [`The tenant "${tenant}" may not use manifests; name a prefix.`] : []),
    ];
  }

  async #fault(tenant: string, uri: string): Promise<string | undefined> {
    const { ownTenant } = this.#parts;
    const isOwn = tenant === ownTenant;
    if (!uri.startsWith('s3://')) {
      return isOwn ? undefined : `The tenant "${tenant}" may not use ${uri}; put it on s3://.`;
    }
    const bucket = bucketOf(uri);
    if (bucket === undefined) return isOwn ? undefined : `${uri} is no place on s3://.`;
    if (this.#register === undefined) {
      return isOwn || bucket.startsWith(`${tenant}.`)
        ? undefined
        : `The tenant "${tenant}" may not use the bucket "${bucket}"; those whose names begin with "${tenant}." are its own.`;
    }
    const owner = (await this.#register.ownerOf(bucket)) ?? ownTenant;
    if (owner === tenant) return undefined;
    return (await this.#register.exists(bucket))
      ? `The tenant "${tenant}" may not use the bucket "${bucket}".`
      : `There is no bucket "${bucket}"; create it first.`;
  }
}

function bucketNameOf(tenant: string, bucketUri: string): string {
  return `${tenant}.${bucketOf(bucketUri) ?? ''}`;
}

/** Undefined for what agents cannot read as a place either. */
function bucketOf(uri: string): string | undefined {
  try {
    const place = parseObjectUri(uri);
    return place.scheme === 's3' ? place.bucket : undefined;
  } catch (error) {
    if (error instanceof InvalidArtifactUriError) return undefined;
    throw error;
  }
}

interface Places {
  readonly uris: readonly string[];
  readonly hasManifest: boolean;
}

/** Every place that a specification names: the members whose names end so, and the source that script mode names. */
function placesIn(value: unknown, name = ''): Places {
  if (typeof value === 'string') {
    return { uris: /uri$/i.test(name) ? [value] : [], hasManifest: name === 'dataType' && value !== 'S3Prefix' };
  }
  if (typeof value !== 'object' || value === null) return { uris: [], hasManifest: false };
  // What a program is told is its own affair; it reads nothing by the agent's rights.
  if (name === 'environment') return { uris: [], hasManifest: false };
  if (name === 'hyperparameters') return submitted((value as Record<string, string>)[SUBMIT_DIRECTORY]);
  if ('kind' in value && 'values' in value && 'name' in value) {
    const values = value.name === SUBMIT_DIRECTORY ? (value.values as string[]) : [];
    return { uris: values.flatMap((text) => submitted(text).uris), hasManifest: false };
  }
  const inside = Object.entries(value).map(([key, entry]) => placesIn(entry, Array.isArray(value) ? name : key));
  return { uris: inside.flatMap(({ uris }) => uris), hasManifest: inside.some(({ hasManifest }) => hasManifest) };
}

/** The agent fetches it; a folder of a channel is judged with the channel. */
function submitted(text: string | undefined): Places {
  const place = platformValue(text);
  const isPlace = place !== '' && !place.startsWith('/opt/ml/input/data/');
  return { uris: isPlace ? [place] : [], hasManifest: false };
}
