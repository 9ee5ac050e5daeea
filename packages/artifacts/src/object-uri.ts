import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidArtifactUriError } from './artifact-errors.js';

/** Where an artifact lies, read out of its URI. */
export type ObjectUri =
  | { readonly scheme: 'file'; readonly path: string }
  | { readonly scheme: 's3'; readonly bucket: string; readonly key: string };

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Reads `file:///absolute/path` (percent-decoded) or `s3://bucket/key` (taken literally; the key may be empty).
 *
 * @throws InvalidArtifactUriError for any other form.
 */
export function parseObjectUri(uri: string): ObjectUri {
  if (uri.startsWith('s3://')) {
    const [bucket = '', ...rest] = uri.slice('s3://'.length).split('/');
    if (!BUCKET.test(bucket) || bucket.includes('..')) {
      throw new InvalidArtifactUriError(uri, `"${bucket}" is not a bucket name`);
    }
    return { scheme: 's3', bucket, key: rest.join('/') };
  }
  if (uri.startsWith('file://')) {
    try {
      return { scheme: 'file', path: fileURLToPath(uri) };
    } catch (error) {
      throw new InvalidArtifactUriError(
        uri,
        `a file URI is file:// and an absolute path (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
  throw new InvalidArtifactUriError(uri, 'it must begin with s3:// or file://');
}

/** The URI that {@link parseObjectUri} reads back as `location`. */
export function formatObjectUri(location: ObjectUri): string {
  return location.scheme === 's3' ? `s3://${location.bucket}/${location.key}` : pathToFileURL(location.path).href;
}

/** `uri` with path segments appended, and exactly one slash between them. */
export function joinUri(uri: string, ...segments: readonly string[]): string {
  const location = parseObjectUri(uri);
  const join = (start: string) => [start.replace(/\/+$/, ''), ...segments].join('/');
  if (location.scheme === 'file') return formatObjectUri({ scheme: 'file', path: join(location.path) });
  return formatObjectUri({ ...location, key: location.key === '' ? segments.join('/') : join(location.key) });
}

/**
 * What an object found under a prefix is called below it: the rest of the key after a folder-like prefix, else the
 * part after the prefix's last slash. So `data/train` names `data/train/a.csv` "a.csv" and `data/train.csv` "train.csv".
 */
export function nameUnderPrefix(prefixKey: string, key: string): string {
  const folder = prefixKey === '' || prefixKey.endsWith('/') ? prefixKey : `${prefixKey}/`;
  if (key.startsWith(folder)) return key.slice(folder.length);
  return key.slice(prefixKey.lastIndexOf('/') + 1);
}
