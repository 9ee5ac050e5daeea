import { header, type S3Call } from '../s3-call.js';
import { noSuchKey, notImplemented, preconditionFailed } from '../s3-error.js';
import type { ReplaceCondition } from '../storage/objects.js';
import { matchesEtag } from './conditions.js';

/** What a request that makes an object demands of the one that is there. */
export function replaceCondition(call: S3Call): ReplaceCondition | undefined {
  const ifMatch = header(call, 'if-match');
  const ifNoneMatch = header(call, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented('If-None-Match with anything but *');
  if (ifNoneMatch === undefined && ifMatch === undefined) return undefined;
  return {
    ifNoneMatch: ifNoneMatch !== undefined,
    allows: (current) => {
      if (ifNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match');
      if (ifMatch === undefined) return;
      if (current === undefined) throw noSuchKey(call.key);
      if (!matchesEtag(ifMatch, current.etag)) throw preconditionFailed('If-Match');
    },
  };
}
