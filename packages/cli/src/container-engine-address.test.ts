import { expect, test } from 'vitest';
import { containerEngineAddress } from './container-engine-address.js';

test('the option comes first, then our own variable, then Docker’s where it names a socket', () => {
  const own = 'unix:///run/podman/podman.sock';
  const docker = 'unix:///var/run/docker.sock';
  const both = { FLEETUNE_CONTAINER_ENGINE: own, DOCKER_HOST: docker };
  expect(containerEngineAddress('tcp://127.0.0.1:2375', both)).toBe('tcp://127.0.0.1:2375');
  expect(containerEngineAddress(undefined, both)).toBe(own);
  expect(containerEngineAddress(undefined, { DOCKER_HOST: docker })).toBe(docker);
  expect(containerEngineAddress(undefined, { DOCKER_HOST: 'ssh://root@elsewhere' })).toBeUndefined();
  expect(containerEngineAddress(undefined, {})).toBeUndefined();
});
