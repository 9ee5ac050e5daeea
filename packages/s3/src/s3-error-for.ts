import {
  MalformedSignatureError,
  MissingSignatureError,
  PayloadHashMismatchError,
  SignatureError,
  SignatureTimeError,
  UnknownAccessKeyError,
} from '@fleetune/sigv4';
import { S3Error } from './s3-error.js';

/** What an error is to a client; undefined when it is our own fault and must be logged. */
export function s3ErrorFor(error: unknown): S3Error | undefined {
  if (error instanceof S3Error) return error;
  if (error instanceof SignatureError) return signatureRefusal(error);
  return fileSystemRefusal(error);
}

function signatureRefusal(error: SignatureError): S3Error {
  const refuse = (code: string, status = 403) => new S3Error(code, status, error.message, { cause: error });
  if (error instanceof MissingSignatureError) return refuse('AccessDenied');
  if (error instanceof MalformedSignatureError) return refuse('AuthorizationHeaderMalformed', 400);
  if (error instanceof UnknownAccessKeyError) return refuse('InvalidAccessKeyId');
  if (error instanceof PayloadHashMismatchError) return refuse('XAmzContentSHA256Mismatch', 400);
  if (error instanceof SignatureTimeError) {
    return refuse(error.reason === 'url-expired' ? 'AccessDenied' : 'RequestTimeTooSkewed');
  }
  return refuse('SignatureDoesNotMatch');
}

function fileSystemRefusal(error: unknown): S3Error | undefined {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENAMETOOLONG':
      return new S3Error('KeyTooLongError', 400, 'The key is longer than the file system can hold.', { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new S3Error('InsufficientStorage', 507, 'The disk behind this server is full.', { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new S3Error('AccessDenied', 403, 'The server may not do this in its own folder; check its permissions.', {
        cause: error,
      });
    default:
      return undefined;
  }
}
