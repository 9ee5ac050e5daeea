import { join, resolve, sep } from 'node:path';
import { InvalidArtifactUriError } from './artifact-errors.js';
import type { DirectoryLayout } from './directory-store.js';
import { formatObjectUri, parseObjectUri } from './object-uri.js';

/** `file://` URIs, where they say. */
export const FILE_LAYOUT: DirectoryLayout = {
  keyPrefixes: false,
  pathOf(uri) {
    const location = parseObjectUri(uri);
    if (location.scheme !== 'file') throw new InvalidArtifactUriError(uri, 'this store serves file:// only');
    return resolve(location.path);
  },
  uriOf: (path) => formatObjectUri({ scheme: 'file', path }),
};

/** `s3://bucket/key` as the file `root/bucket/key`. A key cannot lead out of its bucket. */
export function s3DirectoryLayout(root: string): DirectoryLayout {
  const base = resolve(root);
  return {
    keyPrefixes: true,
    pathOf(uri) {
      const location = parseObjectUri(uri);
      if (location.scheme !== 's3') throw new InvalidArtifactUriError(uri, 'this store serves s3:// only');
      const segments = location.key.replace(/\/$/, '').split('/');
      if (location.key !== '' && segments.some((part) => part === '' || part === '.' || part === '..')) {
        throw new InvalidArtifactUriError(uri, 'its key has an empty, "." or ".." part');
      }
      if (location.key.includes('\0')) throw new InvalidArtifactUriError(uri, 'its key has a NUL character');
      return join(base, location.bucket, ...segments);
    },
    uriOf(path) {
      const [bucket = '', ...key] = path.slice(base.length + 1).split(sep);
      return formatObjectUri({ scheme: 's3', bucket, key: key.join('/') });
    },
  };
}
