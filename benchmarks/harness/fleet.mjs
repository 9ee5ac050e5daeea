import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@fleetune/api/client';

const CLI = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/**
 * Starts a server and one agent as users do, each in its own process, in a folder of their own.
 *
 * @param {{ queue: 'postgres' | 'redis', slots: number }} options
 */
export async function startFleet({ queue, slots }) {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-bench-'));
  const children = [];
  const redisUrl = queue === 'redis' ? await startRedis(folder, children) : undefined;
  const env = {
    ...process.env,
    FLEETUNE_DATA: join(folder, 'data'),
    FLEETUNE_HTTP_PORT: '0',
    FLEETUNE_GRPC_PORT: '0',
    FLEETUNE_LOG_LEVEL: 'warn',
    ...(redisUrl === undefined ? {} : { FLEETUNE_REDIS_URL: redisUrl }),
  };
  const server = await startCommand(['server', '--json'], env, children);
  const { joinToken } = JSON.parse(readFileSync(join(folder, 'data', 'credentials.json'), 'utf8'));
  const join_ = ['agent', '--join', server.document.grpcUrl, '--slots', String(slots), '--name', 'bench', '--json'];
  const agent = await startCommand(
    [...join_, '--log-level', 'warn'],
    { ...env, FLEETUNE_JOIN_TOKEN: joinToken },
    children,
  );
  const endpoint = JSON.parse(readFileSync(join(folder, 'data', 'endpoint.json'), 'utf8'));
  return {
    folder,
    redisUrl,
    client: createClient({ url: endpoint.url, token: endpoint.token }),
    processIds: { server: server.child.pid, agent: agent.child.pid },
    databaseUrl: () => databaseUrl(folder),
    async stop() {
      for (const child of children.reverse()) {
        if (child.exitCode !== null) continue;
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a tuning job to its end. @returns the job, with seconds from its creation to its end. */
export async function tune(client, body) {
  await client.createTuningJob(body);
  for (;;) {
    const job = await client.tuningJob(body.name);
    if (job.endTimeMs !== undefined) {
      if (job.status !== 'Completed') throw new Error(`${job.name} ended as ${job.status}: ${job.failureReason}`);
      return { ...job, seconds: (job.endTimeMs - job.creationTimeMs) / 1000 };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Every training job of a tuning job, in order of suggestion. */
export async function trainingJobs(client, tuningJob) {
  const jobs = [];
  let nextToken;
  do {
    const page = await client.listTrainingJobs({
      tuningJobName: tuningJob,
      maxResults: 100,
      ...(nextToken ? { nextToken } : {}),
    });
    jobs.push(...page.trainingJobs);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return jobs.sort((a, b) => a.tuning.index - b.tuning.index);
}

/** A folder with one file, as a training script's source. */
export function writeSource(folder, name, text) {
  const source = join(folder, `source-${name}`);
  mkdirSync(source);
  writeFileSync(join(source, name), text);
  return source;
}

function databaseUrl(folder) {
  const home = join(folder, 'data', 'postgres');
  const port = readFileSync(join(home, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(home, 'password'), 'utf8').trim();
  return `postgres://fleetune:${password}@127.0.0.1:${port}/fleetune`;
}

async function startCommand(args, env, children) {
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    try {
      return { child, document: JSON.parse(text) };
    } catch {
      // Not whole yet.
    }
  }
  throw new Error(`"fleetune ${args[0]}" ended before it was ready.`);
}

async function startRedis(folder, children) {
  const port = await freePort();
  const dir = join(folder, 'redis');
  mkdirSync(dir);
  const args = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
  ];
  const child = spawn('redis-server', args.map(String), { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return `redis://127.0.0.1:${port}`;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
