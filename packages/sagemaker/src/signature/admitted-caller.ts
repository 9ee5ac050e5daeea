import type { SageMakerOptions } from '../options.js';
import { ThrottlingException } from '../wire/aws-error.js';
import type { WireRequest } from '../wire/http.js';
import { authenticate, type Caller, SIGNING_NAME } from './authenticate.js';

/**
 * Who sent a request that is to be answered now.
 *
 * @param operation in AWS's words, such as `ListTags`.
 * @throws AwsError for a signature that is not good, and ThrottlingException for a caller who asks too much.
 */
export function admittedCaller(
  request: WireRequest,
  operation: string,
  { accessKeys, admit }: Pick<SageMakerOptions, 'accessKeys' | 'admit'>,
  now: Date,
  signingName: string = SIGNING_NAME,
): Caller {
  const caller = authenticate(request, accessKeys, now, signingName);
  // After the signature: nobody can use up what is another's.
  if (admit?.(caller.accessKeyId, operation) === false) throw new ThrottlingException();
  return caller;
}
