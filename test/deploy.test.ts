import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openQueues } from '@fleetune/queue';
import { serverConfig } from '@fleetune/server';
import { DCLinter } from 'dclint';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { ServerMetrics } from '../packages/server/src/metrics.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const deploy = join(root, 'deploy');
const text = (path: string) => readFile(join(deploy, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly deploy: { readonly resources: { readonly limits: object } };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: object;
  readonly volumes: object;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** What dclint finds in a file; its published types cannot be resolved from an ES module. */
interface LintedFile {
  readonly messages: readonly { readonly line: number; readonly message: string }[];
}

const compose: Compose = parse(await text('compose.yaml'), { merge: true });
const services = Object.entries(compose.services);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetune-deploy-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of `deploy/` in which the secrets have been made. */
async function withSecrets(): Promise<string> {
  const copy = join(await temporaryFolder(), 'deploy');
  await cp(deploy, copy, { recursive: true, filter: (path) => !/\/(\.env|secrets)$/.test(path) });
  await run(join(copy, 'make-secrets.sh'));
  return copy;
}

async function skipWithout(context: TestContext, program: string, debianPackage: string): Promise<void> {
  const found = await run('sh', ['-c', `command -v ${program}`]).catch(() => undefined);
  if (found === undefined) context.skip(`${program} is not installed (Debian package ${debianPackage})`);
}

describe('compose.yaml', () => {
  it('obeys the Compose schema', () => {
    // The linter's opinions on order and quotes are left out; its schema and its checks for mistakes are not.
    const taste = ['no-build-and-image', 'no-quotes-in-volumes', 'require-quotes-in-ports'];
    const order = [
      'service-dependencies-alphabetical-order',
      'service-keys-order',
      'services-alphabetical-order',
      'top-level-properties-order',
    ];
    const rules = Object.fromEntries([...taste, ...order].map((rule) => [rule, 0 as const]));
    const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
    const findings: LintedFile[] = linter.lintFiles([join(deploy, 'compose.yaml')], false);
    expect(findings.flatMap(({ messages }) => messages.map(({ line, message }) => `${line}: ${message}`))).toEqual([]);
  });

  it.each(services)('%s names only volumes, networks, secrets and services that exist', async (_, service) => {
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) await stat(join(deploy, source));
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
    for (const network of service.networks) expect(Object.keys(compose.networks)).toContain(network);
    for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      const needed = compose.services[name];
      if (condition === 'service_healthy') expect(needed?.healthcheck ?? needed?.build, name).toBeDefined();
      else expect(needed, name).toBeDefined();
    }
  });

  it.each(services)('%s has limits and publishes ports on loopback only', (_, service) => {
    expect(Object.keys(service.deploy.resources.limits).sort()).toEqual(['cpus', 'memory', 'pids']);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('keeps agents away from the database', () => {
    const agents = services.filter(([name]) => name.startsWith('agent-'));
    expect(agents).toHaveLength(2);
    for (const [, agent] of agents) {
      expect(agent.networks.filter((network) => compose.services.postgres?.networks.includes(network))).toEqual([]);
      expect(JSON.stringify(agent.environment)).not.toMatch(/DATABASE|POSTGRES|SECRET_ACCESS_KEY":"\$\{FLEETUNE/);
    }
  });

  it('gives the server an environment that the server accepts', async () => {
    const copy = await withSecrets();
    const secrets = dotenv(await readFile(join(copy, '.env'), 'utf8'));
    const environment = Object.entries(compose.services.server?.environment ?? {}).map(([name, value]) => {
      const filled = value.replace(/\$\{(\w+)[^}]*\}/g, (_, variable: string) => secrets[variable] ?? '');
      return [name, filled];
    });
    const config = serverConfig({}, Object.fromEntries(environment));
    expect(config.databaseUrl).toMatch(/^postgresql:\/\/fleetune:[0-9a-f]{48}@postgres:5432\/fleetune$/);
    expect(config.agentQueueUrl).toMatch(/^redis:\/\/fleetune-agent:[0-9a-f]{48}@redis:6379$/);
    expect(config.s3).toMatchObject({ kind: 'endpoint', accessKeyId: secrets.S3_ACCESS_KEY_ID });
  });
});

describe('make-secrets.sh', () => {
  it('makes every secret that compose.yaml asks for, and never twice', async () => {
    const copy = await withSecrets();
    const made = dotenv(await readFile(join(copy, '.env'), 'utf8'));
    const asked = [...(await text('compose.yaml')).matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name ?? '');
    expect(new Set(asked)).toEqual(new Set(Object.keys(made)));
    expect(new Set(Object.values(made)).size).toBe(Object.keys(made).length);
    for (const { file } of Object.values(compose.secrets)) {
      const content = await readFile(join(copy, file), 'utf8');
      expect(content).not.toBe('');
      expect(content).not.toMatch(/@[A-Z_]+@/);
    }
    expect((await stat(join(copy, '.env'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(copy, 'secrets'))).mode & 0o777).toBe(0o700);
    await expect(run(join(copy, 'make-secrets.sh'))).rejects.toThrow('delete both');
  });
});

describe('the Redis users', () => {
  it('lets an agent take work off the queues and do nothing else', async (context) => {
    await skipWithout(context, 'redis-server', 'redis-server');
    const copy = await withSecrets();
    const secrets = dotenv(await readFile(join(copy, '.env'), 'utf8'));
    const port = await startRedis(join(copy, 'secrets', 'redis-users.acl'));
    const url = (user: string, password = '') => `redis://${user}:${password}@127.0.0.1:${port}`;
    const serverUrl = url('fleetune-server', secrets.REDIS_SERVER_PASSWORD);
    const agentUrl = url('fleetune-agent', secrets.REDIS_AGENT_PASSWORD);

    const complaints: string[] = [];
    const log = { info: () => {}, warn: (message: string) => complaints.push(message) };
    const server = openQueues({ kind: 'redis', url: serverUrl }, log);
    const agent = openQueues({ kind: 'redis', url: agentUrl }, log);
    cleanups.push(() => Promise.all([server.close(), agent.close()]));
    await server.ensureReady();
    const items = [1, 2, 3].map((fence) => ({
      instanceClass: 'ml.m5.large',
      key: { trainingJobId: 'job', fence },
      priority: fence % 2,
    }));
    await server.enqueue(items);
    await server.remove(items.slice(2));
    const consumer = agent.createConsumer('ml.m5.large');
    const first = await consumer.next(context.signal);
    await first?.putBack();
    const taken = [await consumer.next(context.signal), await consumer.next(context.signal)];
    for (const entry of taken) await entry?.done();
    expect(new Set(taken.map((entry) => entry?.key.fence))).toEqual(new Set([1, 2]));
    expect((await server.counts(['ml.m5.large'])).get('ml.m5.large')).toEqual({ waiting: 0, handedOut: 0 });
    expect(complaints).toEqual([]);

    const asAgent = redisClient(agentUrl);
    const refused = [
      'FLUSHALL',
      'KEYS *',
      'CONFIG GET *',
      'ACL LIST',
      'SCRIPT FLUSH',
      'CLIENT LIST',
      'GET other',
      'SHUTDOWN',
    ];
    for (const command of refused) {
      const [name = '', ...rest] = command.split(' ');
      await expect(asAgent.call(name, ...rest), command).rejects.toThrow('NOPERM');
    }
    await expect(redisClient(url('health')).get('{fleetune}:x')).rejects.toThrow('NOPERM');
    await expect(redisClient(url('health')).ping()).resolves.toBe('PONG');
    await expect(redisClient(`redis://127.0.0.1:${port}`).ping()).rejects.toThrow('NOAUTH');
  });
});

describe.each(['Dockerfile.server', 'Dockerfile.agent'])('%s', (file) => {
  it('has no fault that a builder would find', async () => {
    expect(
      validateDockerfile(await text(file)).map(({ range, message }) => `${range.start.line + 1}: ${message}`),
    ).toEqual([]);
  });

  it('ends as an ordinary user under tini, with a health check', async () => {
    const lines = (await text(file)).split('\n');
    expect(lines.filter((line) => line.startsWith('USER ')).at(-1)).toBe('USER fleetune');
    expect(lines.find((line) => line.startsWith('ENTRYPOINT '))).toBe('ENTRYPOINT ["tini", "--", "fleetune"]');
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });
});

describe('the systemd units', () => {
  it('pass systemd-analyze verify without a word', async (context) => {
    await skipWithout(context, 'systemd-analyze', 'systemd');
    const folder = await temporaryFolder();
    const units = (await readdir(join(deploy, 'systemd'))).filter((name) => name.endsWith('.service'));
    expect(units).toEqual(['fleetune-agent.service', 'fleetune-server.service']);
    for (const unit of units) {
      // Here Node may be elsewhere than where a distribution's package puts it.
      await writeFile(
        join(folder, unit),
        (await text(`systemd/${unit}`)).replaceAll('/usr/bin/node', process.execPath),
      );
    }
    const { stdout, stderr } = await run('systemd-analyze', ['verify', ...units.map((unit) => join(folder, unit))]);
    expect(stdout + stderr).toBe('');
  });
});

describe('what is deployed names only what exists', () => {
  it('environment variables that some package reads', async () => {
    const known = new Set<string>();
    for (const folder of ['server', 'cli', 'agent', 'algorithms']) {
      const entries = await readdir(join(root, 'packages', folder, 'src'), { recursive: true });
      for (const entry of entries.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
        const source = await readFile(join(root, 'packages', folder, 'src', entry), 'utf8');
        for (const [name] of source.matchAll(/\bFLEETUNE_[A-Z0-9_]+\b/g)) known.add(name);
      }
    }
    const files = ['compose.yaml', 'Dockerfile.server', 'Dockerfile.agent', 'README.md', '../docs/operations.md'];
    for (const file of await readdir(join(deploy, 'systemd'))) files.push(`systemd/${file}`);
    const used = (await Promise.all(files.map(text))).flatMap(
      (content) => content.match(/\bFLEETUNE_[A-Z0-9_]+\b/g) ?? [],
    );
    expect(new Set(used).size).toBeGreaterThan(10);
    expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('metrics that the server has', async () => {
    const metrics = await new ServerMetrics('0.1.0', () => undefined, tmpdir()).registry.getMetricsAsJSON();
    const known = new Set(
      metrics.flatMap(({ name, type }) =>
        String(type) === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
    const dashboard: Dashboard = JSON.parse(await text('grafana/dashboards/overview.json'));
    const rules: Rules = parse(await text('prometheus/rules.yml'));
    const queries = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ];
    const used = new Set(queries.flatMap((query) => query.match(/\bfleetune_[a-z0-9_]+\b/g) ?? []));
    expect(used.size).toBeGreaterThan(15);
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('Prometheus', () => {
  it('accepts its configuration and rules', async (context) => {
    await skipWithout(context, 'promtool', 'prometheus');
    await run('promtool', ['check', 'config', join(deploy, 'prometheus', 'prometheus.yml')]);
    await run('promtool', ['check', 'rules', join(deploy, 'prometheus', 'rules.yml')]);
  });

  it('fires the alerts when it should and only then', async (context) => {
    await skipWithout(context, 'promtool', 'prometheus');
    await run('promtool', ['test', 'rules', join(deploy, 'prometheus', 'rules.test.yml')]);
    const rules: Rules = parse(await text('prometheus/rules.yml'));
    const tests = await text('prometheus/rules.test.yml');
    const caused = await text('../test/alerts.test.ts');
    for (const { alert } of rules.groups.flatMap((group) => group.rules)) {
      expect(tests).toContain(`alertname: ${alert}`);
      expect(caused).toContain(`prometheus.fires('${alert}')`);
    }
  });
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource: { readonly uid: string };
    readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  }[];
}

describe('the Grafana dashboard', () => {
  it('asks the provisioned data source and lays its panels side by side', async () => {
    const { panels }: Dashboard = JSON.parse(await text('grafana/dashboards/overview.json'));
    const provisioned: { datasources: { uid: string }[] } = parse(
      await text('grafana/provisioning/datasources/prometheus.yaml'),
    );
    const asked = panels.flatMap((panel) => [
      panel.datasource.uid,
      ...panel.targets.map((target) => target.datasource.uid),
    ]);
    expect(new Set(asked)).toEqual(new Set(provisioned.datasources.map(({ uid }) => uid)));
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });
});

function dotenv(content: string): Record<string, string> {
  return Object.fromEntries(
    content
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/=(.*)/s, 2) as [string, string]),
  );
}

async function startRedis(aclFile: string): Promise<number> {
  const port = await freePort();
  const folder = await temporaryFolder();
  const command = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
  const redis = spawn('redis-server', [...command, '--maxmemory-policy', 'noeviction', '--aclfile', aclFile]);
  cleanups.push(async () => {
    if (redis.exitCode !== null) return;
    const exited = once(redis, 'exit');
    redis.kill('SIGKILL');
    await exited;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    redis.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Ready to accept connections')) resolve();
    });
    redis.once('exit', () => reject(new Error(`redis-server ended: ${output}`)));
  });
  return port;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}

function redisClient(url: string): Redis {
  const client = new Redis(url, { enableReadyCheck: false, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => {});
  cleanups.push(() => client.disconnect());
  return client;
}
