/** What every refusal of a signature is, so that a caller can tell refusals from failures. */
export abstract class SignatureError extends Error {}

/** The request carries no signature at all. */
export class MissingSignatureError extends SignatureError {
  override readonly name = 'MissingSignatureError';
  constructor() {
    super('The request is not signed; sign it with AWS Signature Version 4 and an access key of this server.');
  }
}

/** What should be a signature cannot be read as one, or leaves out what it must cover. */
export class MalformedSignatureError extends SignatureError {
  override readonly name = 'MalformedSignatureError';
}

/** Nobody has this access key. */
export class UnknownAccessKeyError extends SignatureError {
  override readonly name = 'UnknownAccessKeyError';
  readonly accessKeyId: string;
  constructor(accessKeyId: string) {
    super(`The access key "${accessKeyId}" is not known here.`);
    this.accessKeyId = accessKeyId;
  }
}

/** The signature was made for another service or another day. */
export class SignatureScopeError extends SignatureError {
  override readonly name = 'SignatureScopeError';
}

/** The signature is no longer good, or not yet. */
export class SignatureTimeError extends SignatureError {
  override readonly name = 'SignatureTimeError';
  /** The clocks of the two machines differ too much, or the time a presigned URL was good for is over. */
  readonly reason: 'clock-skew' | 'url-expired';
  readonly signedAt: Date;
  constructor(reason: 'clock-skew' | 'url-expired', signedAt: Date, message: string) {
    super(message);
    this.reason = reason;
    this.signedAt = signedAt;
  }
}

/** The signature is another than the one the secret gives: a wrong secret, or something was changed after signing. */
export class SignatureMismatchError extends SignatureError {
  override readonly name = 'SignatureMismatchError';
}

/** The body is not the one whose hash was signed. */
export class PayloadHashMismatchError extends SignatureError {
  override readonly name = 'PayloadHashMismatchError';
  constructor() {
    super('The header x-amz-content-sha256 is not the SHA-256 of the request body.');
  }
}
