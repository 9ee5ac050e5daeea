/** What each client writes into its user agent; the first that fits counts, as SDKs stand on other SDKs. */
const CLIENTS: readonly (readonly [name: string, mark: RegExp])[] = [
  ['SageMaker Python SDK v3', /lib\/AWS-(SageMakerCore#2|SageMaker-Python-SDK#3)\./],
  ['SageMaker Python SDK v2', /lib\/AWS-SageMaker-Python-SDK#2\./],
  ['AWS CLI', /^aws-cli\//],
  ['AWS SDK for JavaScript', /^aws-sdk-js\//],
  ['boto3', /^Boto3\//],
];

/** The client that sends a user agent; undefined for one that no test is about. */
export function clientOf(userAgent: string): string | undefined {
  return CLIENTS.find(([, mark]) => mark.test(userAgent))?.[0];
}
