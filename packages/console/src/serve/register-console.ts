import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The addresses that the page itself understands: each is answered with the page. */
const PAGES = ['/', '/tuning-jobs', '/tuning-jobs/*', '/training-jobs/*', '/compare', '/fleet', '/new'];

/** Nothing from elsewhere, nothing inline; blobs are the exported pictures. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_BUILT =
  'The console has not been built: run "npm run build". The APIs and the command line work without it.\n';

/** Where the build puts the page. */
const BUILT_PAGE = fileURLToPath(new URL('../../dist/app', import.meta.url));

/**
 * Serves the console at `/` and at the addresses of its pages. It needs no rights: the page asks the API, with the
 * token that its user gives. Where the page has not been built, it says how to.
 */
export async function registerConsole(app: FastifyInstance, builtPage = BUILT_PAGE): Promise<void> {
  await app.register(async (scope) => {
    if (!existsSync(join(builtPage, 'index.html'))) {
      scope.get('/', (_request, reply) => reply.code(503).type('text/plain').send(NOT_BUILT));
      return;
    }
    const shared = { preCompressed: true, cacheControl: false, setHeaders: secure } as const;
    await scope.register(fastifyStatic, { ...shared, root: builtPage, serve: false });
    await scope.register(fastifyStatic, {
      ...{ ...shared, root: join(builtPage, 'assets'), prefix: '/assets/' },
      ...{ decorateReply: false, index: false },
    });
    scope.get('/favicon.svg', (_request, reply) => reply.sendFile('favicon.svg'));
    for (const url of PAGES) scope.get(url, (_request, reply) => reply.sendFile('index.html'));
  });
}

function secure(reply: FastifyReply, path: string): void {
  // The names of files under /assets have their content's hash in them; all else may change with the next version.
  const forEver = path.includes('/assets/');
  reply.headers({
    'cache-control': forEver ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}
