/** Where a client finds the server, and by which keys it is known there. */
export interface Place {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** For suites that are not about machines that fail: a busy machine is not to be taken for a dead one. */
export const PATIENT_LEASES = { FLEETUNE_LEASE_TTL_SECONDS: '60', FLEETUNE_LEASE_GRACE_SECONDS: '15' };

/** All that tells a client of AWS where to go. */
export function awsEnvironment({ url, accessKeyId, secretAccessKey }: Place): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A program that a chore prepared. @throws when the suite was not run through a chore. */
export function preparedProgram(variable: string): string {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run this suite through "npm test".`);
  return path;
}
