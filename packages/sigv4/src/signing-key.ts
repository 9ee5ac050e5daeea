import { createHmac } from 'node:crypto';

/** A key is good for a day, a region and a service, so a client derives few. */
const MAX_KEPT = 1_000;

const kept = new Map<string, Buffer>();

/**
 * The key that signs for a scope. Those last used are kept: deriving one costs more than checking a signature.
 *
 * @param scope `YYYYMMDD/REGION/SERVICE/aws4_request`.
 */
export function signingKey(secretAccessKey: string, scope: string): Buffer {
  const name = `${scope}\n${secretAccessKey}`;
  const key = kept.get(name) ?? derived(secretAccessKey, scope);
  // The last of the map is the newest.
  kept.delete(name);
  kept.set(name, key);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return key;
}

function derived(secretAccessKey: string, scope: string): Buffer {
  return scope
    .split('/')
    .reduce((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${secretAccessKey}`));
}
