import { Worker } from 'node:worker_threads';
import type { SearchProblem, TrialOutcome, TrialRecord } from '@fleetune/search';
import type { AskedWithConvergence, SearchSession } from './search-session.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

interface Waiting {
  resolve(asked: AskedWithConvergence): void;
  reject(error: Error): void;
}

/** One worker thread for all heavy searches: started with the first, ended with the last. */
export class SearchThread {
  #worker: Worker | undefined;
  #open = 0;
  #nextSession = 1;
  #nextRequest = 1;
  readonly #waiting = new Map<number, Waiting>();

  open(problem: SearchProblem, records: readonly TrialRecord[]): SearchSession {
    const session = this.#nextSession++;
    this.#open += 1;
    this.#send({ kind: 'open', session, problem, records });
    return {
      ask: (count) => this.#ask(session, count),
      tell: (index: number, outcome: TrialOutcome) => this.#send({ kind: 'tell', session, index, outcome }),
      close: () => this.#close(session),
    };
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(session: number, count: number): Promise<AskedWithConvergence> {
    const request = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#send({ kind: 'ask', session, request, count });
    });
  }

  #close(session: number): void {
    this.#send({ kind: 'close', session });
    this.#open -= 1;
    if (this.#open > 0) return;
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./search-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (message: FromWorker) => {
      const waiting = this.#waiting.get(message.request);
      this.#waiting.delete(message.request);
      if (message.kind === 'asked') waiting?.resolve(message.asked);
      else waiting?.reject(new Error(message.message));
    });
    worker.on('error', (error: Error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('The search thread ended.')));
    return worker;
  }

  #fail(worker: Worker, error: Error): void {
    // One that was let go had nobody waiting; whoever waits now waits for another.
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
