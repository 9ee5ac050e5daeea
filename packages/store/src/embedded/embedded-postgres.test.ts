import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.js';
import { DataDirectoryInUseError, ServerAccountError, ServerStartError, UnusableDataDirectoryError } from './errors.js';
import { processExists } from './process-identity.js';

/** A data directory that was served and stopped; each test begins with a copy of it. */
let template: string;
let home: string;
let dataDirectory: string;
let logged: string[];
const started: EmbeddedPostgres[] = [];

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'fleetune-pg-'));
  const log = { info: () => {}, warn: () => {} };
  await (await startEmbeddedPostgres({ dataDirectory: template, log })).stop();
});

afterAll(async () => {
  await rm(template, { recursive: true, force: true });
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleetune-pg-'));
  dataDirectory = join(home, 'database');
  await cp(template, dataDirectory, { recursive: true, verbatimSymlinks: true });
  logged = [];
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function start(more: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const log = { info: (text: string) => logged.push(text), warn: (text: string) => logged.push(text) };
  const server = await startEmbeddedPostgres({ dataDirectory, log, ...more });
  started.push(server);
  return server;
}

async function query(server: EmbeddedPostgres, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('startEmbeddedPostgres', () => {
  it('serves a durable PostgreSQL 18 on loopback, with a password that only its owner can read', async () => {
    const server = await start();

    expect(await query(server, 'show server_version')).toEqual([[expect.stringMatching(/^18\./)]]);
    for (const [setting, value] of [
      ['fsync', 'on'],
      ['synchronous_commit', 'on'],
      ['listen_addresses', '127.0.0.1'],
      ['server_encoding', 'UTF8'],
      ['password_encryption', 'scram-sha-256'],
    ]) {
      expect(await query(server, `show ${setting}`)).toEqual([[value]]);
    }
    expect((await stat(join(dataDirectory, 'password'))).mode & 0o777).toBe(0o600);
    const stranger = new pg.Client({ connectionString: server.url().replace(/:[^:@]+@/, ':guess@') });
    await expect(stranger.connect()).rejects.toThrow('password authentication failed');
  });

  it('keeps data and port over a restart, and leaves no process behind', async () => {
    const first = await start();
    await query(first, 'create table kept (value int); insert into kept values (7)');
    await first.stop();
    expect(processExists(first.pid)).toBe(false);

    const second = await start();
    expect(await query(second, 'select value from kept')).toEqual([[7]]);
    expect(second.url()).toBe(first.url());
  });

  it('takes over the server that a killed parent left running', async () => {
    const first = await start();
    await query(first, 'create table kept (value int)');
    await pretendOwnerDied();

    const second = await start();
    expect(second.pid).toBe(first.pid);
    expect(logged).toContainEqual(expect.stringContaining('Took over'));
    await second.stop();
    expect(processExists(first.pid)).toBe(false);
  });

  it('recovers what was committed when the server itself was killed', async () => {
    const first = await start();
    await query(first, 'create table kept (value int); insert into kept values (7)');
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => processExists(first.pid)).toBe(false);
    await pretendOwnerDied();

    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second, 'select value from kept')).toEqual([[7]]);
  });

  it('refuses a directory that a live process serves', async () => {
    await start();
    await expect(start()).rejects.toThrow(DataDirectoryInUseError);
  });

  it('starts afresh over a cluster that was left half made', async () => {
    await rm(dataDirectory, { recursive: true });
    await mkdir(join(dataDirectory, 'cluster.draft', 'base'), { recursive: true });
    await writeFile(join(dataDirectory, 'cluster.draft', 'PG_VERSION'), '18\n');
    expect(await query(await start(), 'select 1')).toEqual([[1]]);
  });

  it('takes another port when the last one is taken', async () => {
    const intruder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => intruder.once('listening', resolve));
    const { port } = intruder.address() as { port: number };
    await writeFile(join(dataDirectory, 'port'), `${port}\n`);

    const server = await start();
    expect(server.url()).not.toContain(`:${port}/`);
    intruder.close();
  });

  it('says what the server said when it does not start, and frees the directory', async () => {
    const configuration = join(dataDirectory, 'cluster', 'postgresql.conf');
    const good = await readFile(configuration);
    await writeFile(configuration, 'shared_buffers = nonsense\n');

    const failure = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServerStartError);
    expect((failure as Error).message).toContain('shared_buffers');

    await writeFile(configuration, good);
    expect(await query(await start(), 'select 1')).toEqual([[1]]);
  });

  it('does not touch a cluster of another major version', async () => {
    await writeFile(join(dataDirectory, 'cluster', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(UnusableDataDirectoryError);
    await expect(start()).rejects.toThrow('PostgreSQL 17');
  });

  it('serves a directory whose path is too long for a socket', async () => {
    dataDirectory = join(home, 'a'.repeat(60), 'b'.repeat(60));
    expect(await query(await start(), 'show unix_socket_directories')).toEqual([['']]);
  });

  it('runs in a session of its own, out of reach of Ctrl-C', async () => {
    const session = async (pid: number) => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[3];
    expect(await session((await start()).pid)).not.toBe(await session(process.pid));
  });
});

describe.runIf(process.geteuid?.() === 0)('as root, where user namespaces are forbidden', () => {
  const account = { kind: 'system-account', name: 'nobody', uid: 65534, gid: 65534 } as const;

  it('runs as a system account, also over what ran in a namespace before', async () => {
    await chmod(home, 0o755);
    await (await start()).stop();
    const server = await start({ account });
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(account.uid);
    expect(await query(server, 'select 1')).toEqual([[1]]);
    await server.stop();
    expect(await query(await start(), 'select 1')).toEqual([[1]]);
  });

  it('says so when the account cannot reach the directory', async () => {
    await chmod(home, 0o700);
    await expect(start({ account })).rejects.toThrow(ServerAccountError);
  });
});

/** Leaves the mark that a process leaves behind when it is killed. */
async function pretendOwnerDied(): Promise<void> {
  const [, start = ''] = (await readFile(join(dataDirectory, 'owner'), 'utf8')).split(' ');
  await writeFile(join(dataDirectory, 'owner'), `${process.pid} ${Number(start) - 1}\n`);
}
