import { createHash } from 'node:crypto';
import { SignatureError, UnknownAccessKeyError, verifySignature } from '@fleetune/sigv4';
import type { WireRequest } from '../wire/http.js';
import { awsRefusal } from './aws-refusal.js';

export interface AccessKey {
  readonly secretAccessKey: string;
  /** Whose jobs the bearer sees. */
  readonly tenant: string;
}

/** Who sent a request, as its signature proves. */
export interface Caller {
  readonly accessKeyId: string;
  readonly tenant: string;
}

export type AccessKeys = (accessKeyId: string) => AccessKey | undefined;

/** SageMaker's own. */
export const SIGNING_NAME = 'sagemaker';

/**
 * Checks the AWS Signature Version 4 of a request and that it covers the body.
 *
 * @param signingName of the service that answers; a signature made for another one is refused.
 * @throws AwsError what a client of AWS is told of a signature that is not good.
 */
export function authenticate(
  request: WireRequest,
  accessKeys: AccessKeys,
  now: Date,
  signingName: string = SIGNING_NAME,
): Caller {
  try {
    const { accessKeyId } = verifySignature(request, {
      findSecret: (id) => accessKeys(id)?.secretAccessKey,
      now,
      service: { signingNames: [signingName], normalizesPath: true },
      bodySha256: createHash('sha256').update(request.body).digest('hex'),
    });
    const accessKey = accessKeys(accessKeyId);
    if (accessKey === undefined) throw new UnknownAccessKeyError(accessKeyId);
    return { accessKeyId, tenant: accessKey.tenant };
  } catch (error) {
    throw error instanceof SignatureError ? awsRefusal(error) : error;
  }
}
