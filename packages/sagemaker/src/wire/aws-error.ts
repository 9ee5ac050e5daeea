/** An error as the service answers it: its type, its HTTP status and a message for the caller. */
export class AwsError extends Error {
  override readonly name: string = 'AwsError';
  /** Such as `ValidationException`; goes to `__type` and to the header `x-amzn-errortype`. */
  readonly type: string;
  readonly status: number;
  /** What the query protocol calls the type, such as `InvalidParameterValue`. */
  readonly queryCode: string;
  constructor(type: string, status: number, message: string, queryCode = type) {
    super(message);
    this.type = type;
    this.status = status;
    this.queryCode = queryCode;
  }
}

/** The request breaks a rule of the API or asks for what Fleetune does not do. */
export class ValidationException extends AwsError {
  override readonly name = 'ValidationException';
  constructor(message: string) {
    super('ValidationException', 400, message);
  }
}

/** The body is not JSON, or a value has another type than its member. */
export class SerializationException extends AwsError {
  override readonly name = 'SerializationException';
  constructor(message: string) {
    super('SerializationException', 400, message);
  }
}

export class UnknownOperationException extends AwsError {
  override readonly name = 'UnknownOperationException';
  constructor(target: string | undefined) {
    super(
      'UnknownOperationException',
      400,
      target === undefined
        ? 'The request has no X-Amz-Target header, so it names no operation.'
        : `Fleetune does not answer the operation "${target}".`,
      'InvalidAction',
    );
  }
}

export class ResourceNotFound extends AwsError {
  override readonly name = 'ResourceNotFound';
  constructor(message: string) {
    super('ResourceNotFound', 400, message);
  }
}

export class ResourceInUse extends AwsError {
  override readonly name = 'ResourceInUse';
  constructor(message: string) {
    super('ResourceInUse', 400, message);
  }
}

/** The caller has asked more than its share lately. The SDKs wait a little and ask again. */
export class ThrottlingException extends AwsError {
  override readonly name = 'ThrottlingException';
  constructor() {
    super('ThrottlingException', 400, 'Rate exceeded', 'Throttling');
  }
}

/** More is asked for than the quotas of the server allow. */
export class ResourceLimitExceeded extends AwsError {
  override readonly name = 'ResourceLimitExceeded';
  constructor(what: string, quota: number, asked: number) {
    super(
      'ResourceLimitExceeded',
      400,
      `The quota of ${what}: ${asked} are asked for, and ${quota} are allowed. Ask for fewer, or have the quota raised where the server runs.`,
    );
  }
}

export class RequestEntityTooLargeException extends AwsError {
  override readonly name = 'RequestEntityTooLargeException';
  constructor(limitBytes: number) {
    super('RequestEntityTooLargeException', 413, `The request body is larger than ${limitBytes} bytes.`);
  }
}

/** Something of ours went wrong; what it was stays in the log, under the request id. */
export class InternalFailure extends AwsError {
  override readonly name = 'InternalFailure';
  constructor(requestId: string) {
    super('InternalFailure', 500, `The request could not be answered; the server's log says why under ${requestId}.`);
  }
}
