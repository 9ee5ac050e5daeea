/** An error as S3 answers it. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  /** Such as `NoSuchKey`; clients tell errors apart by it. */
  readonly code: string;
  readonly status: number;
  /** Further elements of the error document, and headers of the answer. */
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: string,
    status: number,
    message: string,
    more: { details?: Record<string, string>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.status = status;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

export function noSuchBucket(bucket: string): S3Error {
  return new S3Error('NoSuchBucket', 404, `There is no bucket "${bucket}".`, { details: { BucketName: bucket } });
}

export function bucketOfAnother(bucket: string): S3Error {
  return new S3Error('BucketAlreadyExists', 409, `The bucket "${bucket}" is another tenant's; choose another name.`, {
    details: { BucketName: bucket },
  });
}

export function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', 404, `There is no object "${key}".`, { details: { Key: key } });
}

export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error('NoSuchUpload', 404, 'There is no such upload; it was completed or aborted, or never begun.', {
    details: { UploadId: uploadId },
  });
}

export function invalidArgument(message: string, name: string, value: string): S3Error {
  return new S3Error('InvalidArgument', 400, message, { details: { ArgumentName: name, ArgumentValue: value } });
}

export function invalidRequest(message: string): S3Error {
  return new S3Error('InvalidRequest', 400, message);
}

export function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', 501, `Fleetune's S3 does not do this: ${what}.`);
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 412, `The condition ${condition} of the request does not hold.`, {
    details: { Condition: condition },
  });
}
