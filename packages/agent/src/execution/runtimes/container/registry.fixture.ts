import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** A registry of one image, `team/trainer:1`. */
export interface TestRegistry {
  /** Begins the names of its images. */
  readonly host: string;
  /** How often the layer was asked for. */
  readonly layerReads: () => number;
}

/**
 * Starts a registry that is gone after the test.
 *
 * @param layer the image's files, as a tar archive.
 * @param password of its only user, `tester`; without one it is open to everybody.
 */
export async function startRegistry(layer: Buffer, password?: string): Promise<TestRegistry> {
  let layerReads = 0;
  const layerDigest = digestOf(layer);
  const config = json({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Entrypoint: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: config.length, digest: digestOf(config) },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: layer.length, digest: layerDigest }],
  });
  const answers = new Map([
    ['manifests/1', manifest],
    [`manifests/${digestOf(manifest)}`, manifest],
    [`blobs/${digestOf(config)}`, config],
    [`blobs/${layerDigest}`, layer],
  ]);

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').replace(/^\/v2\//, '');
    const what = path.replace(/^team\/trainer\//, '');
    const known = request.headers.authorization === `Basic ${Buffer.from(`tester:${password}`).toString('base64')}`;
    if (password !== undefined && !known) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' });
      return response.end(json({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
    }
    if (path === '') return response.end('{}');
    const body = answers.get(what);
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      return response.end(json({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    }
    if (body === layer && request.method === 'GET') layerReads++;
    const type = what.startsWith('manifests/') ? MANIFEST : 'application/octet-stream';
    const headers = { 'content-type': type, 'content-length': body.length, 'docker-content-digest': digestOf(body) };
    response.writeHead(200, headers);
    return response.end(request.method === 'HEAD' ? undefined : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, layerReads: () => layerReads };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
