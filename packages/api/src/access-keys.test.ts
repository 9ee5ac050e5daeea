import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ApiServer, OTHER_TOKEN, startApiServer, TOKEN } from './api-server.fixture.js';
import { createClient } from './client.js';

let server: ApiServer;
const client = (token: string) => createClient({ url: server.url, token });

beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.stop());

it('the administrator makes keys, lists them without their secrets, disables, enables and removes them', async () => {
  const administrator = client(TOKEN);
  const { accessKeyId, secretAccessKey, token } = await administrator.createAccessKey({ tenant: 'red' });
  expect([secretAccessKey, token]).toEqual(['its secret', 'its token']);
  const listed = { accessKeyId, tenant: 'red', enabled: true, creationTimeMs: 1_790_000_000_000 };
  expect(await administrator.listAccessKeys()).toEqual([listed]);
  await administrator.enableAccessKey(accessKeyId, false);
  expect(await administrator.listAccessKeys()).toEqual([{ ...listed, enabled: false }]);
  await administrator.enableAccessKey(accessKeyId, true);
  await administrator.deleteAccessKey(accessKeyId);
  expect(await administrator.listAccessKeys()).toEqual([]);
  await expect(administrator.deleteAccessKey(accessKeyId)).rejects.toMatchObject({ status: 404, code: 'NotFound' });
  await expect(administrator.enableAccessKey('x', true)).rejects.toMatchObject({ status: 404 });
});

it.each(['', 'Red', 'a'.repeat(33), '-a', 'a.b', '../a'])('"%s" cannot be the name of a tenant', async (tenant) => {
  await expect(client(TOKEN).createAccessKey({ tenant })).rejects.toMatchObject({ status: 400 });
});

it('a tenant may not manage keys, not even its own', async () => {
  const forbidden = { status: 403, code: 'Forbidden' };
  const tenant = client(OTHER_TOKEN);
  await expect(tenant.createAccessKey({ tenant: 'red' })).rejects.toMatchObject(forbidden);
  await expect(tenant.listAccessKeys()).rejects.toMatchObject(forbidden);
  await expect(tenant.enableAccessKey('KEY1', true)).rejects.toMatchObject(forbidden);
  await expect(tenant.deleteAccessKey('KEY1')).rejects.toMatchObject(forbidden);
  await expect(client('nobody').listAccessKeys()).rejects.toMatchObject({ status: 401 });
});
