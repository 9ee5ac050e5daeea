import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import type { ClassConsumer, ClassQueueEntry } from './class-queues.js';
import type { Outage } from './outage.js';
import {
  type EntryPayload,
  type EntryWorker,
  type QueueStore,
  queueName,
  STALLED_INTERVAL_MS,
  WAIT_SECONDS,
} from './queue-store.js';

/** Pause after a failure, before the store is asked again. */
const RETRY_PAUSE_MS = 250;

/** What may still be under way when a consumer closes is waited for so long. */
const CLOSE_DEADLINE_MS = 1_000;

type Deliver = (entry: ClassQueueEntry | undefined) => void;

/** Fetches while somebody waits for an entry, and only then. */
export class QueueConsumer implements ClassConsumer {
  readonly instanceClass: string;
  readonly #store: QueueStore;
  readonly #outage: Outage;
  readonly #onClosed: () => void;
  readonly #waiting: Deliver[] = [];
  readonly #closing = new AbortController();
  #worker: EntryWorker | undefined;
  #fetching: Promise<void> | undefined;
  #tokenCount = 0;
  #stalledCheckDueAt = 0;

  constructor(instanceClass: string, store: QueueStore, outage: Outage, onClosed: () => void) {
    this.instanceClass = instanceClass;
    this.#store = store;
    this.#outage = outage;
    this.#onClosed = onClosed;
  }

  next(signal: AbortSignal): Promise<ClassQueueEntry | undefined> {
    if (signal.aborted || this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const deliver: Deliver = (entry) => {
        signal.removeEventListener('abort', onAbort);
        resolve(entry);
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(deliver), 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(deliver);
      this.#fetching ??= this.#fetchWhileWaited();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const deliver of this.#waiting.splice(0)) deliver(undefined);
    const blocked = this.#worker?.getBackend().disconnectBlocking();
    const end = Promise.allSettled([blocked, this.#fetching]);
    await Promise.race([end, sleep(CLOSE_DEADLINE_MS, undefined, { ref: false })]);
    await this.#discardWorker();
    this.#onClosed();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #fetchWhileWaited(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      try {
        const entry = await this.#fetch();
        this.#outage.recovered();
        if (entry === undefined) continue;
        const deliver = this.#waiting.shift();
        // Whoever waited has left meanwhile.
        if (deliver === undefined) await entry.putBack();
        else deliver(entry);
      } catch (error) {
        if (this.#closed) break;
        this.#outage.failed(error);
        // A worker remembers for ever that its schema was missing, so another one tries next.
        await this.#discardWorker();
        await sleep(RETRY_PAUSE_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
    // In the same turn as the last look at who waits, so that nobody comes in between and is overlooked.
    this.#fetching = undefined;
  }

  async #fetch(): Promise<ClassQueueEntry | undefined> {
    this.#worker ??= this.#openWorker();
    const worker = this.#worker;
    await this.#recoverStalled(worker);
    const ready = await this.#take(worker);
    if (ready !== undefined) return ready;
    const woken = await worker.getBackend().waitForJob(WAIT_SECONDS);
    if (woken === null && this.#waiting.length === 0) return undefined;
    // On Redis a wake-up is used up by the one it reaches, so it is answered even when nobody waits here any more.
    return this.#take(worker);
  }

  async #take(worker: EntryWorker): Promise<ClassQueueEntry | undefined> {
    this.#tokenCount += 1;
    const token = `${worker.id}:${this.#tokenCount}`;
    const job = await worker.getNextJob(token, { block: false });
    return job === undefined ? undefined : this.#entry(job, token);
  }

  #entry(job: Job<EntryPayload>, token: string): ClassQueueEntry {
    // What fails here leaves the entry handed out until its lock runs out, and then it is handed out again.
    const attempted = async (finished: Promise<unknown>) => {
      await finished.catch(() => {});
    };
    return {
      instanceClass: this.instanceClass,
      key: job.data,
      done: () => attempted(job.moveToCompleted(undefined, token, false)),
      putBack: () => attempted(job.moveToWait(token)),
    };
  }

  /** Puts entries back whose agent died between taking them and being done with them. */
  async #recoverStalled(worker: EntryWorker): Promise<void> {
    if (performance.now() < this.#stalledCheckDueAt) return;
    await worker.getBackend().moveStalledJobsToWait();
    this.#stalledCheckDueAt = performance.now() + STALLED_INTERVAL_MS;
  }

  #openWorker(): EntryWorker {
    const worker = this.#store.openWorker(queueName(this.instanceClass));
    worker.on('error', (error) => {
      if (!this.#closed) this.#outage.failed(error);
    });
    return worker;
  }

  async #discardWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.close(true).catch(() => {});
  }
}
