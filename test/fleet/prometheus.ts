import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, stopGently } from './processes.js';

/** Whether a Debian package's program is there. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Alert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A real Prometheus that looks every second at what it is told to look at. */
export class Prometheus {
  readonly #folder: string;
  #port = 0;
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param rules as YAML, or JSON, which is YAML as well. */
  async start(rules: string): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    this.#port = await freePort();
    writeFileSync(join(this.#folder, 'rules.yml'), rules);
    this.#write([]);
    const configuration = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [
        { job_name: 'fleetune', file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }] },
      ],
    };
    writeFileSync(join(this.#folder, 'prometheus.yml'), JSON.stringify(configuration));
    this.#process = spawn(
      'prometheus',
      ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${this.#port}`],
      { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#process.stderr?.pipe(createWriteStream(join(this.#folder, 'prometheus.log')));
    await eventually('Prometheus is ready', () =>
      fetch(`${this.#url}/-/ready`).then(
        (answer) => (answer.ok ? true : undefined),
        () => undefined,
      ),
    );
  }

  /** Returns when it has seen each of them. */
  async lookAt(targets: readonly string[]): Promise<void> {
    this.#write(targets);
    await eventually(`Prometheus sees ${targets.join(' and ')}`, async () => {
      const answer = await fetch(`${this.#url}/api/v1/query?query=up%3D%3D1`);
      const { data } = (await answer.json()) as { data: { result: { metric: { instance: string } }[] } };
      const seen = new Set(data.result.map(({ metric }) => metric.instance));
      return targets.every((target) => seen.has(target)) ? true : undefined;
    });
  }

  /** Waits for an alert to fire. */
  fires(name: string, deadlineMs = 60_000): Promise<Alert> {
    return eventually(
      `${name} fires`,
      async () => {
        const answer = await fetch(`${this.#url}/api/v1/alerts`);
        const { data } = (await answer.json()) as { data: { alerts: Alert[] } };
        return data.alerts.find((alert) => alert.labels.alertname === name && alert.state === 'firing');
      },
      deadlineMs,
      300,
    );
  }

  async stop(): Promise<void> {
    if (this.#process) await stopGently(this.#process);
  }

  #write(targets: readonly string[]): void {
    // Prometheus must never read half a file.
    const next = join(this.#folder, 'targets.json.next');
    writeFileSync(next, JSON.stringify([{ targets }]));
    renameSync(next, join(this.#folder, 'targets.json'));
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
}
