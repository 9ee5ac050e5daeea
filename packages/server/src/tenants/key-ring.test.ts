import { startTemporaryDatabase, type TemporaryDatabase } from '@fleetune/store/fixture';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { KeyRing } from './key-ring.js';

const OWN = { accessKeyId: 'OWN', secretAccessKey: 'own secret', token: 'own token', tenant: 'default' };
const SEALING_KEY = 'a sealing key of at least 32 characters';

let temporary: TemporaryDatabase;
const open: KeyRing[] = [];
const warnings: string[] = [];

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
});
afterEach(async () => {
  for (const ring of open.splice(0)) await ring.close();
  warnings.splice(0);
});
afterAll(() => temporary.stop());

async function keyRing(sealingKey = SEALING_KEY, database = temporary.database): Promise<KeyRing> {
  const ring = await KeyRing.open({
    database,
    own: OWN,
    sealingKey,
    nowMs: () => Date.parse('2026-01-01'),
    prepareTenant: async () => undefined,
    warn: (message) => warnings.push(message),
  });
  open.push(ring);
  return ring;
}

it('lets the server’s own key and token in, as the administrator', async () => {
  const ring = await keyRing();
  expect(ring.bearerOf('OWN')).toMatchObject({ tenant: 'default', secretAccessKey: 'own secret' });
  expect(ring.tenantOf('own token')).toBe('default');
  expect(ring.isAdministrator('own token')).toBe(true);
  expect([ring.bearerOf('OTHER'), ring.tenantOf('other')]).toEqual([undefined, undefined]);
});

it('lets a tenant in by its key until it is disabled or removed', async () => {
  const ring = await keyRing();
  const { accessKeyId, secretAccessKey, token } = await ring.create('red');
  const inside = { tenant: 'red', secretAccessKey, isAdministrator: false };
  expect([ring.bearerOf(accessKeyId), ring.tenantOf(token)]).toEqual([inside, 'red']);
  expect(ring.isAdministrator(token)).toBe(false);
  await ring.enable(accessKeyId, false);
  expect([ring.bearerOf(accessKeyId), ring.tenantOf(token)]).toEqual([undefined, undefined]);
  await ring.enable(accessKeyId, true);
  expect(ring.bearerOf(accessKeyId)).toEqual(inside);
  expect(await ring.remove(accessKeyId)).toBe(true);
  expect(ring.bearerOf(accessKeyId)).toBeUndefined();
  expect(await ring.remove(accessKeyId)).toBe(false);
  expect(await ring.enable(accessKeyId, true)).toBe(false);
});

it('does not believe a look at the keys that a later one has overtaken', async () => {
  let release: () => void = () => undefined;
  let isHeld = false;
  // Answers of the held look come late, as over a slow network.
  const query = temporary.database.query.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (isHeld && result.rows.length > 0) {
        isHeld = false;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return result;
    },
  });
  const ring = await keyRing(SEALING_KEY, { ...temporary.database, query });
  const { accessKeyId } = await ring.create('red');
  isHeld = true;
  const overtaken = ring.enable(accessKeyId, true);
  await vi.waitFor(() => expect(isHeld).toBe(false));
  await ring.remove(accessKeyId);
  release();
  await overtaken;
  expect(ring.bearerOf(accessKeyId)).toBeUndefined();
});

it('keeps no secret in the database that could be read there', async () => {
  const ring = await keyRing();
  const { secretAccessKey, token } = await ring.create('red');
  const { rows } = await temporary.database.pool.query('SELECT access_keys::text AS text FROM access_keys');
  const kept = rows.map((row: { text: string }) => row.text).join();
  expect(kept).not.toContain(token);
  expect(kept).not.toContain(Buffer.from(secretAccessKey).toString('hex'));
});

it('hears of keys that another server made or took back', async () => {
  const [here, there] = [await keyRing(), await keyRing()];
  const { accessKeyId } = await here.create('red');
  await vi.waitFor(() => expect(there.bearerOf(accessKeyId)).toMatchObject({ tenant: 'red' }), 10_000);
  await here.remove(accessKeyId);
  await vi.waitFor(() => expect(there.bearerOf(accessKeyId)).toBeUndefined(), 10_000);
});

it('says which keys do not open with its sealing key, and serves the others', async () => {
  const { accessKeyId } = await (await keyRing()).create('red');
  const other = await keyRing('another sealing key, also long enough');
  expect(warnings).toContain(`The access key "${accessKeyId}" cannot sign.`);
  expect(other.bearerOf(accessKeyId)).toBeUndefined();
  expect(other.bearerOf('OWN')).toBeDefined();
});
