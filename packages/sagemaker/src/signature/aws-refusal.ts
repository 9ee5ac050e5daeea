import {
  MalformedSignatureError,
  MissingSignatureError,
  type SignatureError,
  UnknownAccessKeyError,
} from '@fleetune/sigv4';
import { AwsError } from '../wire/aws-error.js';

/** A refused signature in the words of AWS, each with the code that the query protocol has for it. */
export function awsRefusal(error: SignatureError): AwsError {
  const { message } = error;
  if (error instanceof MissingSignatureError) {
    return new AwsError('MissingAuthenticationTokenException', 403, message, 'MissingAuthenticationToken');
  }
  if (error instanceof MalformedSignatureError) {
    return new AwsError('IncompleteSignatureException', 403, message, 'IncompleteSignature');
  }
  if (error instanceof UnknownAccessKeyError) {
    // The second half is AWS's own sentence.
    const inFull = `The access key "${error.accessKeyId}" is not known here; the security token included in the request is invalid.`;
    return new AwsError('UnrecognizedClientException', 403, inFull, 'InvalidClientTokenId');
  }
  return new AwsError('InvalidSignatureException', 403, message, 'SignatureDoesNotMatch');
}
