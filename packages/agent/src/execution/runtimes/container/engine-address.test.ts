import { expect, test } from 'vitest';
import { EngineAddressError, parseEngineAddress } from './engine-address.js';

test('an engine is a socket or a port of this machine', () => {
  expect(parseEngineAddress('unix:///run/podman/podman.sock').connection).toEqual({
    socketPath: '/run/podman/podman.sock',
  });
  expect(parseEngineAddress('tcp://127.0.0.1:2375').connection).toEqual({
    host: '127.0.0.1',
    port: 2375,
    protocol: 'http',
  });
  expect(parseEngineAddress('tcp://[::1]:2375').connection).toMatchObject({ host: '::1' });
});

test.each([
  ['unix://podman.sock', 'not absolute'],
  ['/run/podman/podman.sock', 'neither a socket'],
  ['ssh://root@host', 'neither a socket'],
  ['tcp://10.0.0.7:2375', 'another machine'],
  ['tcp://localhost', 'names no port'],
])('%s is refused: %s', (text, fault) => {
  expect(() => parseEngineAddress(text)).toThrow(EngineAddressError);
  expect(() => parseEngineAddress(text)).toThrow(fault);
});
