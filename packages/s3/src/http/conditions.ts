import { preconditionFailed } from '../s3-error.js';
import type { StoredObject } from '../storage/object-description.js';

/** The conditional headers of a request; each undefined when it was not sent. */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifUnmodifiedSince?: string;
}

/**
 * What conditions say of an object, by RFC 9110 section 13.2.2.
 *
 * @returns the name of the condition that fails and how, or undefined when all hold.
 */
export function failedCondition(
  conditions: Conditions,
  object: Pick<StoredObject, 'etag' | 'modifiedAt'>,
): { readonly condition: string; readonly outcome: 'not-modified' | 'failed' } | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, object.etag)) return { condition: 'If-Match', outcome: 'failed' };
  } else if (isLater(object.modifiedAt, ifUnmodifiedSince) === true) {
    return { condition: 'If-Unmodified-Since', outcome: 'failed' };
  }
  if (ifNoneMatch !== undefined) {
    if (matchesEtag(ifNoneMatch, object.etag)) return { condition: 'If-None-Match', outcome: 'not-modified' };
  } else if (isLater(object.modifiedAt, ifModifiedSince) === false) {
    return { condition: 'If-Modified-Since', outcome: 'not-modified' };
  }
  return undefined;
}

/** For requests that read an object to make another: a condition that does not hold is an error whatever it is. */
export function requireConditions(conditions: Conditions, object: StoredObject): void {
  const failed = failedCondition(conditions, object);
  if (failed !== undefined) throw preconditionFailed(failed.condition);
}

/** `*`, or ETags with or without quotes, separated by commas. */
export function matchesEtag(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((each) => each.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((each) => each === '*' || each === etag);
}

/** Undefined when there is no date, or none that can be read; such a condition counts as not sent. */
function isLater(modifiedAt: Date, text: string | undefined): boolean | undefined {
  const date = text === undefined ? Number.NaN : Date.parse(text);
  // HTTP dates have no fractions of a second.
  return Number.isNaN(date) ? undefined : Math.floor(modifiedAt.getTime() / 1000) * 1000 > date;
}
