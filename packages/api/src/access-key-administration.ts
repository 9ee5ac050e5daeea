import type { AccessKey } from './contract/access-key.js';

/** An access key with its secrets, which are shown this one time. */
export interface CreatedAccessKey extends AccessKey {
  readonly secretAccessKey: string;
  readonly token: string;
}

/** Keys by which tenants come in, for the administrator to give out and take back. */
export interface AccessKeyAdministration {
  /** True for the token of the server itself. Compares in constant time. */
  isAdministrator(token: string): boolean;
  create(tenant: string): Promise<CreatedAccessKey>;
  list(): Promise<readonly AccessKey[]>;
  /** @returns false when there is no such key. */
  enable(accessKeyId: string, enabled: boolean): Promise<boolean>;
  /** @returns false when there is no such key. */
  remove(accessKeyId: string): Promise<boolean>;
}
