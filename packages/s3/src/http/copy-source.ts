import { header, type S3Call, type S3Context } from '../s3-call.js';
import { invalidArgument, notImplemented, S3Error } from '../s3-error.js';
import type { StoredObject } from '../storage/object-description.js';
import { requireConditions } from './conditions.js';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

/** The object that a copy is made of. @throws S3Error when the header names none, or one the tenant may not use. */
export async function copySource(call: S3Call, { mayUse }: S3Context): Promise<CopySource> {
  const text = header(call, 'x-amz-copy-source') ?? '';
  const [path = '', version] = text.split('?versionId=');
  if (version !== undefined && version !== 'null') throw notImplemented('versions of objects');
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(path)) ?? [];
  if (bucket === undefined || key === undefined) {
    throw invalidArgument('The copy source must be of the form bucket/key, URL-encoded.', 'x-amz-copy-source', text);
  }
  if (!(await mayUse(call, bucket))) throw new S3Error('AccessDenied', 403, `You may not read from "${bucket}".`);
  return { bucket, key };
}

/** @throws S3Error PreconditionFailed */
export function requireCopyConditions(call: S3Call, source: StoredObject): void {
  requireConditions(
    {
      ifMatch: header(call, 'x-amz-copy-source-if-match'),
      ifNoneMatch: header(call, 'x-amz-copy-source-if-none-match'),
      ifModifiedSince: header(call, 'x-amz-copy-source-if-modified-since'),
      ifUnmodifiedSince: header(call, 'x-amz-copy-source-if-unmodified-since'),
    },
    source,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
