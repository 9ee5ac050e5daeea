import type { IncomingMessage } from 'node:http';

/** What stands before the dot of a target, or in the path of RPC v2 CBOR. */
const SERVICES: Readonly<Record<string, string>> = {
  SageMaker: 'SageMaker',
  Logs_20140328: 'CloudWatchLogs',
  GraniteServiceVersion20100801: 'CloudWatch',
  AmazonEC2ContainerRegistry_V20150921: 'ECR',
};

/** Services that name the operation in a form, by the name they are signed for. */
const FORM_SERVICES: Readonly<Record<string, string>> = { sts: 'STS', iam: 'IAM', monitoring: 'CloudWatch' };

/**
 * The service and the operation of a request, such as `SageMaker.ListTags`. S3 names its operations by method, path
 * and query, and is `S3` as a whole.
 */
export function operationOf({ headers, url = '' }: IncomingMessage, body: Buffer): string | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return named(...splitTarget(target));
  const [, service, operation] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(url) ?? [];
  if (service !== undefined && operation !== undefined) return named(service, operation);
  const signedFor = /Credential=[^/]+\/\d{8}\/[\w-]+\/([\w-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1];
  const form = FORM_SERVICES[signedFor ?? ''];
  if (form !== undefined) return `${form}.${new URLSearchParams(body.toString('utf8')).get('Action')}`;
  return signedFor === 's3' ? 'S3' : undefined;
}

function splitTarget(target: string): [string, string] {
  const [service = '', operation = ''] = target.split('.');
  return [service, operation];
}

function named(service: string, operation: string): string | undefined {
  const known = SERVICES[service];
  return known === undefined ? undefined : `${known}.${operation}`;
}
