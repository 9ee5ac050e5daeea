import type { AwsError } from '../wire/aws-error.js';
import type { NeighbourOperation } from './operation.js';

/** A service beside SageMaker that its clients call, as far as they need it. */
export interface Neighbour {
  /** In words, such as `CloudWatch Logs`. */
  readonly title: string;
  /** As in the credential scope of a signature. */
  readonly signingName: string;
  /** As in `X-Amz-Target: <targetPrefix>.<operation>`, and in the path of RPC v2 CBOR. */
  readonly targetPrefix: string;
  /** What the service's host names begin with, such as `logs` in `logs.eu-west-1.amazonaws.com`. */
  readonly hostPrefix: string;
  /** Of the XML of its query protocol. */
  readonly xmlNamespace: string;
  readonly operations: readonly NeighbourOperation[];
  /** How the service says that an input breaks a rule. */
  invalidInput(message: string): AwsError;
}
