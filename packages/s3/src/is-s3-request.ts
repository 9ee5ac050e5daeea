import { claimedSigningName, type SignedRequest } from '@fleetune/sigv4';
import { isPresignedByVersion2 } from './version-2-url.js';

/**
 * True for a request that an S3 client made, so that S3 can share an address with other services. It goes by the service
 * that the request says it is signed for, and for an unsigned one by the marks of an AWS SDK and a path that names a bucket.
 */
export function isS3Request(request: SignedRequest): boolean {
  const { headers, url = '/' } = request;
  if (headers.authorization !== undefined || url.includes('X-Amz-Credential=')) {
    return claimedSigningName(request) === 's3';
  }
  if (isPresignedByVersion2(request)) return true;
  const fromSdk = headers['amz-sdk-invocation-id'] !== undefined;
  const forOtherProtocol = headers['x-amz-target'] !== undefined || headers['smithy-protocol'] !== undefined;
  return fromSdk && !forOtherProtocol && !/^\/(\?|$)/.test(url);
}
