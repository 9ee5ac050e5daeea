import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  ArtifactAccessDeniedError,
  ArtifactNotFoundError,
  ArtifactStoreError,
  InvalidArtifactUriError,
} from './artifact-errors.js';
import type { ObjectBody, ObjectEntry, ObjectStore } from './object-store.js';
import { formatObjectUri, nameUnderPrefix, parseObjectUri } from './object-uri.js';

/** Any service that speaks S3. Without keys the AWS SDK's own chain of credentials is used. */
export interface S3Endpoint {
  readonly endpoint?: string;
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** `https://endpoint/bucket/key`. Default: true when an endpoint is given. */
  readonly forcePathStyle?: boolean;
}

/** Objects of an S3 service. The AWS SDK (tens of MiB of memory) is loaded at the first use, not before. */
export class S3Store implements ObjectStore {
  readonly #settings: S3Endpoint;
  #client: Promise<S3Client> | undefined;

  constructor(settings: S3Endpoint) {
    this.#settings = settings;
  }

  async get(uri: string): Promise<Readable> {
    const { bucket, key } = locate(uri);
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const answer = await (await this.#open()).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (answer.Body instanceof Readable) return answer.Body;
    } catch (error) {
      throw translated('read', uri, error);
    }
    throw new ArtifactStoreError('read', uri, new Error('the answer had no body'));
  }

  async put(uri: string, body: ObjectBody): Promise<void> {
    const { bucket, key } = locate(uri);
    const { Upload } = await import('@aws-sdk/lib-storage');
    const source = 'file' in body ? createReadStream(body.file) : body;
    try {
      const client = await this.#open();
      await new Upload({ client, params: { Bucket: bucket, Key: key, Body: source } }).done();
    } catch (error) {
      source.destroy();
      throw translated('write', uri, error);
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
          };
        }
      }
    } catch (error) {
      throw translated('list', prefixUri, error);
    }
  }

  async exists(uri: string): Promise<boolean> {
    const { bucket, key } = locate(uri);
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      await (await this.#open()).send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return true;
    } catch (error) {
      const fault = translated('read', uri, error);
      if (fault instanceof ArtifactNotFoundError) return false;
      throw fault;
    }
  }

  async localPath(): Promise<undefined> {
    return undefined;
  }

  #open(): Promise<S3Client> {
    this.#client ??= import('@aws-sdk/client-s3').then(({ S3Client }) => {
      const { endpoint, region, accessKeyId, secretAccessKey, forcePathStyle } = this.#settings;
      return new S3Client({
        region: region ?? 'us-east-1',
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

function translated(action: 'read' | 'write' | 'list', uri: string, error: unknown): Error {
  const fault = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = fault.$metadata?.httpStatusCode;
  if (status === 404 || fault.name === 'NoSuchKey' || fault.name === 'NoSuchBucket') {
    return new ArtifactNotFoundError(uri);
  }
  if (status === 403) return new ArtifactAccessDeniedError(uri, error);
  return new ArtifactStoreError(action, uri, error);
}
