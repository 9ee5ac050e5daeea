import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@fleetune/api/client';
import pg from 'pg';
import { eventually, freePort, killHard, startFleetune, stopGently } from './processes.js';

/** PostgreSQL's code. */
const DEADLOCK_DETECTED = '40P01';

export type QueueKind = 'postgres' | 'redis';

export interface Endpoint {
  readonly url: string;
  readonly grpcUrl: string;
  readonly token: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where `redis-server` is, or undefined where this machine has none. */
export function redisServer(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/**
 * A whole fleet of real processes in a folder of its own: server (with its embedded PostgreSQL), one agent, and Redis
 * where the queue is on it. Each can be killed and started again by itself.
 */
export class Fleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'fleetune-fleet-'));
  readonly queue: QueueKind;
  /** What the agent offers, as options of `fleetune agent`. */
  offer: readonly string[];
  server: ChildProcess | undefined;
  agent: ChildProcess | undefined;
  #redis: ChildProcess | undefined;
  #redisPort = 0;
  #env: Record<string, string> = {};

  constructor(queue: QueueKind, slots: number, env: Record<string, string> = {}) {
    this.queue = queue;
    this.offer = ['--slots', String(slots)];
    this.#env = env;
  }

  async start(): Promise<void> {
    if (this.queue === 'redis') await this.#startRedis();
    this.#env = {
      // A short lease, so that what is lost is found within the test's patience.
      FLEETUNE_LEASE_TTL_SECONDS: '3',
      FLEETUNE_LEASE_GRACE_SECONDS: '1',
      FLEETUNE_DATA: join(this.folder, 'data'),
      FLEETUNE_HTTP_PORT: String(await freePort()),
      FLEETUNE_GRPC_PORT: String(await freePort()),
      ...(this.queue === 'redis' ? { FLEETUNE_REDIS_URL: `redis://127.0.0.1:${this.#redisPort}` } : {}),
      ...this.#env,
    };
    await this.startServer();
    await this.startAgent();
  }

  async startServer(): Promise<void> {
    this.server = startFleetune(['server'], this.#env, join(this.folder, 'server.log'));
    await eventually(`the server is ready (${this.folder}/server.log)`, () => this.#isReady());
  }

  async startAgent(): Promise<void> {
    const credentials = JSON.parse(readFileSync(join(this.folder, 'data', 'credentials.json'), 'utf8'));
    const args = ['agent', '--join', this.endpoint.grpcUrl, '--name', 'tester', ...this.offer];
    this.agent = startFleetune(
      args,
      { ...this.#env, FLEETUNE_JOIN_TOKEN: credentials.joinToken },
      join(this.folder, 'agent.log'),
    );
    await eventually(`the agent is connected (${this.folder}/agent.log)`, async () => {
      const agents = await this.client.listAgents();
      return agents.some((agent) => agent.state === 'Ready') ? true : undefined;
    });
  }

  get endpoint(): Endpoint {
    return JSON.parse(readFileSync(join(this.folder, 'data', 'endpoint.json'), 'utf8')) as Endpoint;
  }

  get client(): Client {
    return createClient({ url: this.endpoint.url, token: this.endpoint.token });
  }

  async killServer(): Promise<void> {
    if (this.server) await killHard(this.server);
  }

  async killAgent(): Promise<void> {
    if (this.agent) await killHard(this.agent);
  }

  /** Kills the embedded PostgreSQL; the server starts it again. */
  killDatabase(): void {
    const file = join(this.folder, 'data', 'postgres', 'cluster', 'postmaster.pid');
    process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
  }

  /** Empties the queue behind everybody's back. */
  async loseQueue(): Promise<void> {
    if (this.queue === 'redis') {
      execFileSync('redis-cli', ['-p', String(this.#redisPort), 'FLUSHALL']);
      return;
    }
    // Dropping locks every table while the queues are in use: PostgreSQL may refuse it as a deadlock, now and then.
    await eventually('the queue schema is dropped', () =>
      this.query('DROP SCHEMA bullmq CASCADE').then(
        () => true as const,
        (error: { code?: string }) => {
          if (error.code !== DEADLOCK_DETECTED) throw error;
          return undefined;
        },
      ),
    );
  }

  /** Asks the server's own database. */
  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    const [, , , port] = readFileSync(join(this.folder, 'data', 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split(
      '\n',
    );
    const password = readFileSync(join(this.folder, 'data', 'postgres', 'password'), 'utf8').trim();
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(port),
      user: 'fleetune',
      database: 'fleetune',
      password,
    });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops everything and removes the folder, unless something is left to look at. */
  async stop(keep = false): Promise<void> {
    if (this.agent) await stopGently(this.agent);
    if (this.server) await stopGently(this.server);
    if (this.#redis) await stopGently(this.#redis);
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }

  async #startRedis(): Promise<void> {
    this.#redisPort = await freePort();
    const folder = join(this.folder, 'redis');
    mkdirSync(folder);
    const args = [
      '--port',
      String(this.#redisPort),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--appendonly',
      'yes',
      '--maxmemory-policy',
      'noeviction',
    ];
    this.#redis = spawn(redisServer() ?? 'redis-server', args, { stdio: 'ignore' });
    await once(this.#redis, 'spawn');
  }

  async #isReady(): Promise<true | undefined> {
    if (this.server?.exitCode !== null) throw new Error(`The server ended: see ${this.folder}/server.log`);
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#env.FLEETUNE_HTTP_PORT}/readyz`);
      // The server answers a moment before it has written where it is.
      return answer.ok && existsSync(join(this.folder, 'data', 'endpoint.json')) ? true : undefined;
    } catch {
      return undefined;
    }
  }
}
