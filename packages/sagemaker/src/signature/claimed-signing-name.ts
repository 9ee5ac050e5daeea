import type { WireRequest } from '../wire/http.js';

/** The service that the signature of a request says it was made for, before anybody has checked it. */
export function claimedSigningName({ headers, url }: Pick<WireRequest, 'headers' | 'url'>): string | undefined {
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1] ?? '');
  const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential');
  return /\/([^/]+)\/aws4_request$/.exec(credential ?? '')?.[1];
}
