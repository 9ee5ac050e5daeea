import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unmountBelow } from '@fleetune/artifacts';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe } from 'vitest';
import { allPids, commandLineOf } from '../../process-tree/proc.js';

const START_PATIENCE_MS = 20_000;
const END_PATIENCE_MS = 20_000;
const COMMANDS =
  'sh cat chmod dd echo env false grep head id ip kill ls mkdir mount printf sleep tail test true trap wc'.split(' ');

export type EngineKind = 'podman' | 'docker';

const PROGRAMS = {
  podman: ['podman', 'runc', 'busybox'],
  docker: ['dockerd', 'containerd', 'runc', 'busybox'],
} as const;

/** Why an engine cannot be tried on this machine; undefined when it can. */
export function whyNoEngine(kind: EngineKind): string | undefined {
  if (process.getuid?.() !== 0) return 'these tests start it as root, and are not root';
  const missing = PROGRAMS[kind].filter((program) => !isOnPath(program));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** Declares the same tests for each engine, started before them; where one cannot be tried, a line says why. */
export function describeWithEngines(title: string, declare: (engine: TestEngine) => void): void {
  for (const kind of ['podman', 'docker'] as const) {
    const reason = whyNoEngine(kind);
    if (reason !== undefined) process.stderr.write(`Skipped with ${kind}: ${title} (${reason}).\n`);
    describe.skipIf(reason !== undefined)(`${title}, by ${kind}`, () => {
      const engine = new TestEngine(kind);
      beforeAll(() => engine.start());
      afterAll(() => engine.remove());
      declare(engine);
    });
  }
}

/** What an image is made of. */
export interface ImageRecipe {
  /** Texts of files by their absolute paths; all may be run. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of a Dockerfile after the files are in. */
  readonly settings?: readonly string[];
  /** A folder whose content is the image's beside busybox. */
  readonly folder?: string;
}

/** A real engine of a test's own, with storage of its own. */
export class TestEngine {
  readonly kind: EngineKind;
  /** Made when the engine starts. */
  readonly folder = join(tmpdir(), `fleetune-engine-${randomUUID().slice(0, 8)}`);
  readonly address = `unix://${join(this.folder, 'engine.sock')}`;
  readonly client = new Docker({ socketPath: join(this.folder, 'engine.sock') });
  #service: ChildProcess | undefined;
  /** What Docker has containers run by; it stays when Docker goes. */
  #containerd: ChildProcess | undefined;

  constructor(kind: EngineKind) {
    this.kind = kind;
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    // After a crash it is still there, and would be in the way.
    rmSync(join(this.folder, 'engine.sock'), { force: true });
    writeFileSync(join(this.folder, 'containers.conf'), CONTAINERS_CONF);
    writeFileSync(join(this.folder, 'registries.conf'), REGISTRIES_CONF);
    writeFileSync(join(this.folder, 'containerd.toml'), CONTAINERD_TOML);
    if (this.kind === 'docker') this.#containerd ??= this.#spawn(this.#containerdCommand());
    this.#service = this.#spawn(this.kind === 'docker' ? this.#dockerd() : this.#podman());
    const deadline = performance.now() + START_PATIENCE_MS;
    while (!(await this.client.ping().then(Boolean, () => false))) {
      if (performance.now() > deadline) throw new Error(`${this.kind} did not start in ${this.folder}.`);
      await pause(20);
    }
  }

  /** Makes an image of busybox and what the recipe adds. */
  async build(name: string, { files = {}, settings = [], folder }: ImageRecipe): Promise<void> {
    const context = mkdtempSync(join(this.folder, 'image-'));
    const root = join(context, 'root');
    mkdirSync(join(root, 'bin'), { recursive: true });
    for (const place of ['tmp', 'etc', 'proc', 'sys', 'dev', 'root']) mkdirSync(join(root, place));
    writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\ntrainer:x:1234:1234::/tmp:/bin/sh\n');
    copyFileSync(
      execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim(),
      join(root, 'bin/busybox'),
    );
    for (const command of COMMANDS) symlinkSync('busybox', join(root, 'bin', command));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode: 0o755 });
    }
    if (folder !== undefined) execFileSync('cp', ['--archive', `${folder}/.`, root]);
    const dockerfile = ['FROM scratch', 'ADD root.tar /', 'ENV PATH=/bin', ...settings].join('\n');
    writeFileSync(join(context, 'Dockerfile'), `${dockerfile}\n`);
    execFileSync('tar', ['--create', '--file', join(context, 'root.tar'), '--directory', root, '.']);
    execFileSync('tar', [
      '--create',
      '--file',
      join(context, 'context.tar'),
      '--directory',
      context,
      'Dockerfile',
      'root.tar',
    ]);
    const stream = await this.client.buildImage(join(context, 'context.tar'), { t: name });
    await new Promise<void>((done, failed) => {
      this.client.modem.followProgress(stream, (error) => (error === null ? done() : failed(error)));
    });
    rmSync(context, { recursive: true });
  }

  /** Ids of all containers, those that have ended included. */
  async containers(): Promise<string[]> {
    return (await this.client.listContainers({ all: true })).map(({ Id }) => Id);
  }

  /** Ends the service as a crash would, and leaves its containers running. */
  async kill(): Promise<void> {
    await end(this.#service, 'SIGKILL');
  }

  /** Leaves nothing behind. */
  async remove(): Promise<void> {
    await Promise.all((await this.containers()).map((id) => this.client.getContainer(id).remove({ force: true })));
    await end(this.#service, 'SIGTERM');
    await end(this.#containerd, 'SIGTERM');
    await untilNobodyNames(this.folder);
    await unmountBelow(this.folder);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #spawn([program, ...args]: [string, ...string[]]): ChildProcess {
    return spawn(program, args, { env: this.#environment(), stdio: 'ignore' });
  }

  #podman(): [string, ...string[]] {
    const storage = ['--root', join(this.folder, 'storage'), '--runroot', join(this.folder, 'run')];
    return ['podman', ...storage, '--storage-driver', 'vfs', 'system', 'service', '--time', '0', this.address];
  }

  #dockerd(): [string, ...string[]] {
    const places = ['--data-root', join(this.folder, 'storage'), '--exec-root', join(this.folder, 'run')];
    const network = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
    const sockets = ['--host', this.address, '--containerd', join(this.folder, 'containerd.sock')];
    return ['dockerd', ...places, ...network, ...sockets, '--pidfile', join(this.folder, 'pid'), ...DOCKERD_SETTINGS];
  }

  #containerdCommand(): [string, ...string[]] {
    const places = ['--root', join(this.folder, 'containerd'), '--state', join(this.folder, 'containerd-run')];
    const config = ['--config', join(this.folder, 'containerd.toml')];
    return ['containerd', ...places, ...config, '--address', join(this.folder, 'containerd.sock')];
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      CONTAINERS_CONF: join(this.folder, 'containers.conf'),
      CONTAINERS_REGISTRIES_CONF: join(this.folder, 'registries.conf'),
    };
  }
}

/** Podman's containers are cleaned up by processes that it does not wait for, in the folder that is to be removed. */
async function untilNobodyNames(folder: string): Promise<void> {
  const untilMs = performance.now() + END_PATIENCE_MS;
  while (performance.now() < untilMs && allPids().some((pid) => commandLineOf(pid).includes(folder))) await pause(50);
}

const DOCKERD_SETTINGS = ['--storage-driver', 'vfs', '--live-restore'];

/** Works where there is no systemd and cgroups are of both versions. */
const CONTAINERS_CONF = `[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "none"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
`;

/** Without what makes folders outside of its own, and what only Kubernetes needs. */
const CONTAINERD_TOML = `version = 2
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.grpc.v1.cri"]
`;

/** Registries of tests speak plain HTTP. */
const REGISTRIES_CONF = `unqualified-search-registries = []
[[registry]]
prefix = "127.0.0.1"
location = "127.0.0.1"
insecure = true
`;

async function end(service: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (service === undefined || service.exitCode !== null || service.signalCode !== null) return;
  const exited = new Promise((done) => service.once('exit', done));
  service.kill(signal);
  await exited;
}

function isOnPath(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;
}
