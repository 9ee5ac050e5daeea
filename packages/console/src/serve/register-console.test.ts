import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerConsole } from './register-console.js';

let app: FastifyInstance;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleetune-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Fleetune</title>');
  writeFileSync(join(folder, 'assets', 'main-abc123.js'), 'export {};');
  app = fastify();
  app.post('/', () => ({ face: 'SageMaker' }));
  app.get('/healthz', () => ({ status: 'ok' }));
  await registerConsole(app, folder);
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe('the served console', () => {
  it.each(['/', '/tuning-jobs/digits', '/training-jobs/digits-001', '/compare?jobs=a,b', '/fleet', '/new'])(
    'answers %s with the page, which is asked for again each time',
    async (url) => {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-cache']);
      expect(answer.body).toContain('<title>Fleetune</title>');
    },
  );

  it('lets nothing in from elsewhere and runs nothing inline', async () => {
    const { headers } = await app.inject('/');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('lets files with their hash in the name be kept for ever', async () => {
    const { headers } = await app.inject('/assets/main-abc123.js');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toMatch(/javascript/);
  });

  it('serves a page that was built anew while it ran', async () => {
    writeFileSync(join(folder, 'assets', 'main-def456.js'), 'export {};');
    expect((await app.inject('/assets/main-def456.js')).statusCode).toBe(200);
  });

  it('serves nothing beside the page', async () => {
    expect((await app.inject('/assets/../../package.json')).statusCode).toBe(404);
    expect((await app.inject('/assets/%2e%2e/%2e%2e/package.json')).statusCode).toBe(404);
    expect((await app.inject('/assets/')).statusCode).toBe(403);
  });

  it('leaves other faces and unknown addresses alone', async () => {
    expect((await app.inject({ method: 'POST', url: '/' })).json()).toEqual({ face: 'SageMaker' });
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/nothing')).statusCode).toBe(404);
    expect((await app.inject('/assets/nothing.js')).statusCode).toBe(404);
  });

  it('says how to build a page that is not there', async () => {
    const without = fastify();
    await registerConsole(without, join(folder, 'nowhere'));
    const answer = await without.inject('/');
    expect([answer.statusCode, answer.body]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
