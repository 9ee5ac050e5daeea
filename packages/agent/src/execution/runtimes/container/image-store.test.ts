import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../execution.fixture.js';
import { ContainerEngine } from './container-engine.js';
import { describeWithEngines } from './engine.fixture.js';
import { parseEngineAddress } from './engine-address.js';
import {
  EngineDiskFullError,
  EngineUnreachableError,
  ImageAccessFault,
  ImageNotFoundFault,
  pullError,
} from './engine-errors.js';
import { ImageStore } from './image-store.js';
import { startRegistry } from './registry.fixture.js';

const CLOCK = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** A tar archive with one file, of 4 MiB. */
function layerOfAnImage(): Buffer {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'srv'));
  writeFileSync(join(folder, 'srv', 'weights'), Buffer.alloc(4 * 1024 * 1024, Math.random().toString()));
  return execFileSync('tar', ['--create', '--directory', folder, '.'], { maxBuffer: 16 * 1024 * 1024 });
}

describeWithEngines('images of a registry', (engine) => {
  const storeOf = (variables: NodeJS.ProcessEnv = {}) =>
    new ImageStore(new ContainerEngine(parseEngineAddress(engine.address)), CLOCK, { HOME: '/nowhere', ...variables });

  test('are pulled once for all who wait, each of whom is told, and not again', async () => {
    const registry = await startRegistry(layerOfAnImage());
    const image = `${registry.host}/team/trainer:1`;
    const store = storeOf();
    const told: [string[], string[]] = [[], []];
    const [one, other] = await Promise.all(told.map((lines) => store.obtain(image, (line) => lines.push(line))));
    expect(one).toEqual(other);
    expect(one?.environment).toEqual({ PATH: '/bin' });
    for (const lines of told) {
      expect(lines).toEqual([
        `Pulling the image ${image}.`,
        expect.stringMatching(/^Pulled the image .* in \d+\.\d s\.$/),
      ]);
    }
    expect(registry.layerReads()).toBe(1);
    expect(await store.obtain(image, () => expect.unreachable())).toEqual(one);
  });

  test('that need a login are pulled with what docker login knows, and refused without', async () => {
    const registry = await startRegistry(layerOfAnImage(), 'secret');
    const image = `${registry.host}/team/trainer:1`;
    await expect(storeOf().obtain(image, () => undefined)).rejects.toThrow(ImageAccessFault);
    const folder = temporaryFolder();
    const auth = Buffer.from('tester:secret').toString('base64');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const obtained = await storeOf({ DOCKER_CONFIG: folder }).obtain(image, () => undefined);
    expect(obtained.environment).toEqual({ PATH: '/bin' });
  });

  test('that do not exist are told by name', async () => {
    const registry = await startRegistry(layerOfAnImage());
    const image = `${registry.host}/team/trainer:2`;
    const failure = await storeOf()
      .obtain(image, () => undefined)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ImageNotFoundFault);
    expect(String(failure)).toContain(`There is no image ${image}`);
  });
});

test('what engines and registries say of a failed pull has a reason that a caller can tell', () => {
  const reasonOf = (text: string, code?: string) =>
    pullError('unix:///x', 'team/a:1', Object.assign(new Error(text), code === undefined ? {} : { code })).constructor;
  expect(reasonOf('manifest for team/a:1 not found: manifest unknown')).toBe(ImageNotFoundFault);
  expect(reasonOf("pull access denied for team/a, repository does not exist or may require 'docker login'")).toBe(
    ImageAccessFault,
  );
  expect(reasonOf('write /var/lib/docker/tmp/x: no space left on device')).toBe(EngineDiskFullError);
  expect(reasonOf('connect ECONNREFUSED /x', 'ECONNREFUSED')).toBe(EngineUnreachableError);
});
