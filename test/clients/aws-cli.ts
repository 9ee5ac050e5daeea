import { spawn } from 'node:child_process';
import { awsEnvironment, type Place, preparedProgram } from './environment.js';

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The AWS CLI with an endpoint and credentials, and nothing else of this machine. */
export class AwsCli {
  readonly #program = preparedProgram('FLEETUNE_TEST_AWS_CLI');
  readonly #place: Place;
  /** Holds no configuration of AWS. */
  readonly #home: string;

  constructor(place: Place, home: string) {
    this.#place = place;
    this.#home = home;
  }

  /** Runs a command, which may fail. */
  run(...args: readonly string[]): Promise<CommandEnd> {
    const child = spawn(this.#program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.#home,
      env: { PATH: process.env.PATH, HOME: this.#home, PYTHONDONTWRITEBYTECODE: '1', ...awsEnvironment(this.#place) },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((done, failed) => {
      child.once('error', failed);
      child.once('close', (exitCode) => done({ exitCode, stdout, stderr }));
    });
  }

  /** Runs a command that must succeed. @returns what it printed. */
  async text(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(...args);
    if (exitCode !== 0) throw new Error(`"aws ${args.join(' ')}" ended with exit code ${exitCode}: ${stderr}`);
    return stdout.trim();
  }

  /** Runs a command that must succeed and answers with JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.text(...args)) as T;
  }
}
