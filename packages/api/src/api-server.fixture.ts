import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { folderUploads } from './folder-uploads.js';
import { inMemoryAccessKeys } from './in-memory-access-keys.fixture.js';
import { InMemoryJobs, START_MS } from './in-memory-jobs.fixture.js';
import { registerApi } from './register-api.js';

export interface ApiServer {
  readonly url: string;
  readonly jobs: InMemoryJobs;
  readonly uploadDirectory: string;
  /** Agents that were told that their machine is taken away, each with the seconds it has left. */
  readonly interrupted: readonly (readonly [agentId: string, secondsLeft: number])[];
  /** What was said about agents' cordons, in order. */
  readonly cordons: readonly (readonly [order: 'cordon' | 'uncordon', agentId: string])[];
  /** Takes a token back. */
  forget(token: string): void;
  stop(): Promise<void>;
}

export const TOKEN = 'token-of-team-a';
export const OTHER_TOKEN = 'token-of-team-b';

/** The real API on a free port, over jobs in memory. */
export async function startApiServer(): Promise<ApiServer> {
  const jobs = new InMemoryJobs();
  const uploadDirectory = await mkdtemp(join(tmpdir(), 'fleetune-api-'));
  const interrupted: [string, number][] = [];
  const cordons: ['cordon' | 'uncordon', string][] = [];
  const tenants = new Map([
    [TOKEN, 'team-a'],
    [OTHER_TOKEN, 'team-b'],
  ]);
  const app = fastify();
  await registerApi(app, {
    jobs,
    authenticate: (token) => tenants.get(token),
    accessKeys: inMemoryAccessKeys(TOKEN),
    drills: { interrupt: (agentId, secondsLeft) => void interrupted.push([agentId, secondsLeft]) },
    cordons: {
      cordon: (agentId) => void cordons.push(['cordon', agentId]),
      uncordon: (agentId) => void cordons.push(['uncordon', agentId]),
    },
    uploads: folderUploads(uploadDirectory, 1_000_000),
    live: { nowMs: () => START_MS, pollEveryMs: 10, heartbeatEveryMs: 20 },
    defaults: () => ({
      outputUri: 'file:///var/lib/fleetune/output',
      builtinMetrics: (name) =>
        name === 'xgboost' ? [{ name: 'validation:accuracy', regex: 'validation-accuracy:(\\S+)' }] : undefined,
    }),
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ url, jobs, uploadDirectory, interrupted, cordons },
    forget: (token) => void tenants.delete(token),
    async stop() {
      await app.close();
      await rm(uploadDirectory, { recursive: true, force: true });
    },
  };
}
