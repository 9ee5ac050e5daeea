import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  ArtifactAccessDeniedError,
  ArtifactChangedError,
  ArtifactExistsError,
  ArtifactNotFoundError,
  ArtifactStoreError,
  InvalidArtifactUriError,
  type StoreAction,
} from './artifact-errors.js';
import type { LazyMount } from './lazy-mount/lazy-mount.js';
import { rcloneMount } from './lazy-mount/rclone-mount.js';
import type { GetOptions, ObjectBody, ObjectEntry, ObjectFacts, ObjectStore, PutOptions } from './object-store.js';
import { formatObjectUri, nameUnderPrefix, parseObjectUri } from './object-uri.js';
import { copyS3Object } from './s3-copy.js';
import type { S3Endpoint } from './s3-endpoint.js';

/** 10,000 parts of this size are 160 GB, the longest stream; three at once are held in memory. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 3;
/** Tries of each request, with growing pauses; a part that fails is sent again alone. */
const REQUEST_ATTEMPTS = 5;

/** Objects of an S3 service. The AWS SDK (tens of MiB of memory) is loaded at the first use, not before. */
export class S3Store implements ObjectStore {
  readonly #settings: S3Endpoint;
  #client: Promise<S3Client> | undefined;

  constructor(settings: S3Endpoint) {
    this.#settings = settings;
  }

  async get(uri: string, { fromByte = 0, ifVersion }: GetOptions = {}): Promise<Readable> {
    const { bucket, key } = locate(uri);
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const answer = await (await this.#open()).send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(ifVersion === undefined ? {} : { IfMatch: ifVersion }),
          ...(fromByte === 0 ? {} : { Range: `bytes=${fromByte}-` }),
        }),
      );
      if (answer.Body instanceof Readable) return answer.Body;
    } catch (error) {
      if (statusOf(error) === 412) throw new ArtifactChangedError(uri);
      throw translated('read', uri, error);
    }
    throw new ArtifactStoreError('read', uri, new Error('the answer had no body'));
  }

  async put(uri: string, body: ObjectBody, { ifAbsent = false }: PutOptions = {}): Promise<void> {
    const { bucket, key } = locate(uri);
    const { Upload } = await import('@aws-sdk/lib-storage');
    const source = 'file' in body ? createReadStream(body.file) : body;
    try {
      const client = await this.#open();
      await new Upload({
        client,
        params: { Bucket: bucket, Key: key, Body: source, ...(ifAbsent ? { IfNoneMatch: '*' } : {}) },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      }).done();
    } catch (error) {
      source.destroy();
      if (ifAbsent && [409, 412].includes(statusOf(error) ?? 0)) throw new ArtifactExistsError(uri);
      throw translated('write', uri, error);
    }
  }

  async copy(fromUri: string, toUri: string): Promise<void> {
    try {
      await copyS3Object(await this.#open(), locate(fromUri), locate(toUri));
    } catch (error) {
      throw translated('copy', fromUri, error);
    }
  }

  async delete(uri: string): Promise<void> {
    const { bucket, key } = locate(uri);
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      await (await this.#open()).send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      throw translated('delete', uri, error);
    }
  }

  async *list(prefixUri: string): AsyncIterable<ObjectEntry> {
    const { bucket, key: prefix } = locate(prefixUri);
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    try {
      const client = await this.#open();
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        for (const object of page.Contents ?? []) {
          const key = object.Key ?? '';
          // Consoles make empty objects "folder/" to show folders; they hold no data.
          if (key === '' || key.endsWith('/')) continue;
          yield {
            uri: formatObjectUri({ scheme: 's3', bucket, key }),
            name: nameUnderPrefix(prefix, key),
            sizeBytes: object.Size ?? 0,
            version: object.ETag ?? '',
          };
        }
      }
    } catch (error) {
      throw translated('list', prefixUri, error);
    }
  }

  async exists(uri: string): Promise<boolean> {
    return (await this.facts(uri)) !== undefined;
  }

  async facts(uri: string): Promise<ObjectFacts | undefined> {
    const { bucket, key } = locate(uri);
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const answer = await (await this.#open()).send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return { sizeBytes: answer.ContentLength ?? 0, version: answer.ETag ?? '' };
    } catch (error) {
      const fault = translated('read', uri, error);
      if (fault instanceof ArtifactNotFoundError) return undefined;
      throw fault;
    }
  }

  async localPath(): Promise<undefined> {
    return undefined;
  }

  async mount(prefixUri: string, folder: string): Promise<LazyMount> {
    const { bucket, key } = locate(prefixUri);
    if (!(await this.#isOneFolder(prefixUri))) {
      return { kind: 'unavailable', because: `${prefixUri} is not the prefix of one folder` };
    }
    return rcloneMount(this.#settings, bucket, key, folder);
  }

  /** True when a prefix means the objects of one folder and no others beside it. Asked without listing them all. */
  async #isOneFolder(prefixUri: string): Promise<boolean> {
    const { bucket, key } = locate(prefixUri);
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const query = { Bucket: bucket, Prefix: key, Delimiter: '/', MaxKeys: 2 };
    try {
      const found = await (await this.#open()).send(new ListObjectsV2Command(query));
      const folders = found.CommonPrefixes ?? [];
      const objects = found.Contents ?? [];
      if (key === '' || key.endsWith('/')) return folders.length + objects.length > 0;
      return objects.length === 0 && folders.length === 1 && folders[0]?.Prefix === `${key}/`;
    } catch (error) {
      throw translated('list', prefixUri, error);
    }
  }

  #open(): Promise<S3Client> {
    this.#client ??= import('@aws-sdk/client-s3').then(({ S3Client }) => {
      const { endpoint, region, accessKeyId, secretAccessKey, forcePathStyle } = this.#settings;
      return new S3Client({
        region: region ?? 'us-east-1',
        maxAttempts: REQUEST_ATTEMPTS,
        forcePathStyle: forcePathStyle ?? endpoint !== undefined,
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(accessKeyId !== undefined && secretAccessKey !== undefined
          ? { credentials: { accessKeyId, secretAccessKey } }
          : {}),
      });
    });
    return this.#client;
  }
}

function locate(uri: string): { bucket: string; key: string } {
  const location = parseObjectUri(uri);
  if (location.scheme !== 's3') throw new InvalidArtifactUriError(uri, 'this store serves s3:// only');
  return location;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function translated(action: StoreAction, uri: string, error: unknown): Error {
  const name = (error as { name?: string }).name;
  const status = statusOf(error);
  if (status === 404 || name === 'NoSuchKey' || name === 'NoSuchBucket') return new ArtifactNotFoundError(uri);
  if (status === 403) return new ArtifactAccessDeniedError(uri, error);
  return new ArtifactStoreError(action, uri, error);
}
