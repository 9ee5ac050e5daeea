import { AwsError } from '../wire/aws-error.js';

/** The request carries no signature at all. */
export class MissingAuthenticationTokenException extends AwsError {
  override readonly name = 'MissingAuthenticationTokenException';
  constructor() {
    super(
      'MissingAuthenticationTokenException',
      403,
      'The request is not signed; sign it with AWS Signature Version 4 and an access key of this Fleetune.',
      'MissingAuthenticationToken',
    );
  }
}

/** What should be a signature cannot be read as one. */
export class IncompleteSignatureException extends AwsError {
  override readonly name = 'IncompleteSignatureException';
  constructor(message: string) {
    super('IncompleteSignatureException', 403, message, 'IncompleteSignature');
  }
}

/** Nobody has this access key. */
export class UnrecognizedClientException extends AwsError {
  override readonly name = 'UnrecognizedClientException';
  constructor(accessKeyId: string) {
    super(
      'UnrecognizedClientException',
      403,
      `The access key "${accessKeyId}" is not known here; the security token included in the request is invalid.`,
      'InvalidClientTokenId',
    );
  }
}

/** The signature is another than the one the secret gives, or it was made too long ago or too far ahead. */
export class InvalidSignatureException extends AwsError {
  override readonly name = 'InvalidSignatureException';
  constructor(message: string) {
    super('InvalidSignatureException', 403, message, 'SignatureDoesNotMatch');
  }
}
