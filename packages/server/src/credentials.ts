import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerConfig } from './config.js';

/** What opens the server's doors. */
export interface Credentials {
  /** For SigV4: boto3, the AWS CLI and the SDKs. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Bearer token of Fleetune's own API. */
  readonly token: string;
  /** With which agents join. */
  readonly joinToken: string;
  /** Seals what the database keeps of access keys. */
  readonly sealingKey: string;
}

/** Secrets from the configuration where given, else those of an earlier start, else new ones. Kept readable by the owner only. */
export async function loadCredentials(config: ServerConfig): Promise<Credentials> {
  const path = join(config.dataDirectory, 'credentials.json');
  const kept = await readKept(path);
  const credentials: Credentials = {
    accessKeyId: config.accessKeyId ?? kept.accessKeyId ?? `FLEETUNE${randomBytes(6).toString('hex').toUpperCase()}`,
    secretAccessKey: config.secretAccessKey ?? kept.secretAccessKey ?? randomBytes(30).toString('base64url'),
    token: config.token ?? kept.token ?? randomBytes(32).toString('base64url'),
    joinToken: config.joinToken ?? kept.joinToken ?? randomBytes(32).toString('base64url'),
    sealingKey: config.sealingKey ?? kept.sealingKey ?? randomBytes(32).toString('base64url'),
  };
  await writePrivately(path, credentials);
  return credentials;
}

/** Where clients on this machine find the server, and how they get in. */
export interface Endpoint {
  readonly url: string;
  readonly grpcUrl: string;
  readonly token: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export async function writeEndpoint(dataDirectory: string, endpoint: Endpoint): Promise<void> {
  await writePrivately(join(dataDirectory, 'endpoint.json'), endpoint);
}

async function readKept(path: string): Promise<Partial<Credentials>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<Credentials>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new Error(`${path} cannot be read; repair it or remove it to have new credentials made.`, { cause: error });
  }
}

async function writePrivately(path: string, content: object): Promise<void> {
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(partial, path);
}
