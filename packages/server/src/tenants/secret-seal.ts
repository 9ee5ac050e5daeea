import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** The sealing key is another than the one that the secret was sealed with, or the record was changed. */
export class BrokenSealError extends Error {
  override readonly name = 'BrokenSealError';
  constructor(accessKeyId: string, cause: unknown) {
    super(
      `The secret of the access key "${accessKeyId}" cannot be opened. Give the server the FLEETUNE_SEALING_KEY it was made with, or remove the key and make a new one.`,
      { cause },
    );
  }
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals a secret for one access key of one tenant: moved to another record, it does not open. */
export function sealSecret(sealingKey: string, secret: string, owner: { id: string; tenant: string }): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, cipherKey(sealingKey), nonce).setAAD(boundTo(owner));
  return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** @throws BrokenSealError */
export function openSecret(sealingKey: string, sealed: Buffer, owner: { id: string; tenant: string }): string {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const content = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, cipherKey(sealingKey), nonce, { authTagLength: TAG_BYTES })
      .setAAD(boundTo(owner))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new BrokenSealError(owner.id, error);
  }
}

function cipherKey(sealingKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', sealingKey, '', 'fleetune access key secrets', 32));
}

function boundTo({ id, tenant }: { id: string; tenant: string }): Buffer {
  return Buffer.from(JSON.stringify([id, tenant]));
}
