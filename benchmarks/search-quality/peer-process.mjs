import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('peers/peer.py', import.meta.url));

/** A Python optimiser in a process of its own; see peers/peer.py for what is said over its pipes. */
export class PeerProcess {
  #child;
  #answers;
  #name;

  /** One thread, as everybody else has. */
  static start(python, name) {
    const threads = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
    const child = spawn(python, [SCRIPT], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...threads, PYTHONDONTWRITEBYTECODE: '1' },
    });
    return new PeerProcess(child, name);
  }

  constructor(child, name) {
    this.#child = child;
    this.#name = name;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Forgets everything and begins with a new problem. */
  async open({ ranges, seed }) {
    await this.#request({ op: 'start', optimizer: this.#name, seed, ranges });
    return this;
  }

  async ask(count) {
    const { trials, seconds, cpuSeconds } = await this.#request({ op: 'ask', count });
    return { trials, milliseconds: 1000 * seconds, cpuMilliseconds: 1000 * cpuSeconds };
  }

  async tell(index, value) {
    await this.#request({ op: 'tell', index, value });
  }

  async restore(trials) {
    await this.#request({ op: 'restore', trials });
  }

  async close() {
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exited;
  }

  async #request(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`The peer ${this.#name} ended on "${message.op}"; what it said stands above.`);
    return JSON.parse(value);
  }
}
