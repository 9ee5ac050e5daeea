import { InvalidArtifactUriError } from './artifact-errors.js';
import { FILE_LAYOUT, s3DirectoryLayout } from './directory-layouts.js';
import { DirectoryStore } from './directory-store.js';
import type { ObjectStore } from './object-store.js';
import type { S3Endpoint } from './s3-endpoint.js';
import { S3Store } from './s3-store.js';

/** What stands behind `s3://`: a folder of this machine, or a service. */
export type S3Settings =
  | { readonly kind: 'directory'; readonly root: string }
  | ({ readonly kind: 'endpoint' } & S3Endpoint);

/**
 * One store over `file://` and `s3://`, chosen by each URI's scheme. Without `s3`, `s3://` URIs are refused by an
 * InvalidArtifactUriError that says so.
 */
export function openObjectStores(settings: { readonly s3?: S3Settings } = {}): ObjectStore {
  const files = new DirectoryStore(FILE_LAYOUT);
  const s3 = settings.s3 === undefined ? undefined : openS3(settings.s3);
  const storeFor = (uri: string): ObjectStore => {
    if (!uri.startsWith('s3://')) return files;
    if (s3 === undefined) throw new InvalidArtifactUriError(uri, 'no S3 store is configured here');
    return s3;
  };
  return {
    get: async (uri, options) => storeFor(uri).get(uri, options),
    put: async (uri, body, options) => storeFor(uri).put(uri, body, options),
    async copy(fromUri, toUri) {
      const store = storeFor(fromUri);
      if (store !== storeFor(toUri))
        throw new InvalidArtifactUriError(toUri, `it lies in another store than ${fromUri}`);
      return store.copy(fromUri, toUri);
    },
    delete: async (uri) => storeFor(uri).delete(uri),
    list: (prefixUri) => storeFor(prefixUri).list(prefixUri),
    exists: async (uri) => storeFor(uri).exists(uri),
    facts: async (uri) => storeFor(uri).facts(uri),
    localPath: async (prefixUri) => storeFor(prefixUri).localPath(prefixUri),
    mount: async (prefixUri, folder) => storeFor(prefixUri).mount(prefixUri, folder),
  };
}

function openS3(settings: S3Settings): ObjectStore {
  return settings.kind === 'directory' ? new DirectoryStore(s3DirectoryLayout(settings.root)) : new S3Store(settings);
}
