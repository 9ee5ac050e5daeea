import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../execution.fixture.js';
import { registryCredentials, registryOf } from './registry-credentials.js';

function dockerConfig(config: object): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return { DOCKER_CONFIG: folder };
}

test.each([
  ['python:3.11', 'docker.io'],
  ['team/trainer', 'docker.io'],
  ['registry.example/team/trainer:1', 'registry.example'],
  ['localhost/trainer', 'localhost'],
  ['127.0.0.1:5000/trainer@sha256:00', '127.0.0.1:5000'],
])('%s is kept by %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

test('what docker login wrote is found by the image’s registry', async () => {
  const auth = Buffer.from('me:pass:word').toString('base64');
  const variables = dockerConfig({ auths: { 'registry.example': { auth }, 'https://index.docker.io/v1/': { auth } } });
  const mine = { username: 'me', password: 'pass:word' };
  expect(await registryCredentials('registry.example/a:1', variables)).toMatchObject(mine);
  expect(await registryCredentials('team/a:1', variables)).toMatchObject(mine);
  expect(await registryCredentials('other.example/a:1', variables)).toBeUndefined();
  expect(await registryCredentials('team/a:1', { DOCKER_CONFIG: '/nowhere' })).toBeUndefined();
});

test('a credential helper is asked where the configuration names one', async () => {
  const bin = join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  const script =
    '#!/bin/sh\nread -r host\nprintf \'{"ServerURL":"%s","Username":"<token>","Secret":"s-%s"}\' "$host" "$host"\n';
  writeFileSync(join(bin, 'docker-credential-test'), script, { mode: 0o755 });
  const variables = { ...dockerConfig({ credHelpers: { 'registry.example': 'test' } }), PATH: `${bin}:/usr/bin:/bin` };
  expect(await registryCredentials('registry.example/a:1', variables)).toMatchObject({
    identitytoken: 's-registry.example',
  });
});
