import { type ApiServer, OTHER_TOKEN, startApiServer, TOKEN } from '@fleetune/api/fixture';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runFleetune } from '../local-terminal.fixture.js';

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.stop());

const fleetune = (line: string, token = TOKEN) =>
  runFleetune(line.split(' '), { environment: { FLEETUNE_URL: server.url, FLEETUNE_TOKEN: token } });

it('makes a key and prints it as variables, once', async () => {
  const { out, err, exitCode } = await fleetune('keys create --tenant red');
  expect(exitCode).toBe(0);
  expect(out).toContain('export AWS_ACCESS_KEY_ID=KEY1 AWS_SECRET_ACCESS_KEY=its secret');
  expect(out).toContain('FLEETUNE_TOKEN=its token');
  expect(err).toContain('not shown again');
  expect((await fleetune('keys ls')).out).toMatch(/KEY1 +red +enabled/);
});

it('disables, enables and removes keys', async () => {
  await fleetune('keys create --tenant red');
  expect(JSON.parse((await fleetune('keys disable KEY1 --json')).out)).toEqual({ accessKeyId: 'KEY1', enabled: false });
  const { accessKeys } = JSON.parse((await fleetune('keys ls --json')).out);
  expect(accessKeys).toMatchObject([{ accessKeyId: 'KEY1', enabled: false }]);
  expect((await fleetune('keys enable KEY1')).out).toContain('enabled');
  expect((await fleetune('keys rm KEY1')).exitCode).toBe(0);
  const { exitCode, err } = await fleetune('keys rm KEY1');
  expect(exitCode).toBe(1);
  expect(err).toContain('There is no access key "KEY1".');
});

it('is for the administrator', async () => {
  const { exitCode, err } = await fleetune('keys ls', OTHER_TOKEN);
  expect(exitCode).toBe(1);
  expect(err).toContain('Only the token of the server itself');
});

it.each(['keys', 'keys create', 'keys create --tenant', 'keys rm', 'keys nonsense'])('says 2 for: %s', async (line) => {
  expect((await fleetune(line)).exitCode).toBe(2);
});
