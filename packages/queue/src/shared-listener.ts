import { EventEmitter } from 'node:events';
import type { PostgresConnection } from 'bullmq';
import pg from 'pg';

/** BullMQ's word for a connection that hears notifications. */
export type ListenClient = Awaited<ReturnType<PostgresConnection['getListenClient']>>;

/**
 * The one connection on which all consumers of a process hear PostgreSQL's notifications. BullMQ would hold one for
 * each. Emits `lost` when the connection broke; whoever asks next gets a new one.
 */
export class SharedListener extends EventEmitter<{ lost: [Error] }> {
  readonly #config: pg.ClientConfig;
  #connecting: Promise<{ readonly client: pg.Client; readonly shared: ListenClient }> | undefined;
  #closed = false;

  constructor(config: pg.ClientConfig) {
    super();
    this.#config = config;
    this.setMaxListeners(0);
  }

  async client(): Promise<ListenClient> {
    if (this.#closed) throw new Error('the listening connection is closed');
    this.#connecting ??= this.#connect();
    return (await this.#connecting).shared;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connected = await this.#connecting?.catch(() => undefined);
    await connected?.client.end().catch(() => {});
  }

  #connect() {
    const client = new pg.Client(this.#config);
    // Each consumer that waits adds a listener to the client.
    client.setMaxListeners(0);
    const connecting = client.connect().then(() => ({ client, shared: oneQueryAtATime(client) }));
    const forget = (error: Error) => {
      if (this.#closed || this.#connecting !== connecting) return;
      this.#connecting = undefined;
      client.removeAllListeners('notification');
      client.end().catch(() => {});
      this.emit('lost', error);
    };
    client.on('error', forget);
    client.on('end', () => forget(new Error('the server closed the connection')));
    connecting.catch(forget);
    return connecting;
  }
}

/** The client for several users: what one asks waits for what another asked before. */
function oneQueryAtATime(client: pg.Client): ListenClient {
  let last: Promise<unknown> = Promise.resolve();
  const shared: ListenClient = {
    query: <R>(text: string, params?: readonly unknown[]) => {
      const result = last.then(() => client.query(text, params === undefined ? undefined : [...params]));
      last = result.catch(() => {});
      return result as Promise<{ rows: R[] }>;
    },
    on: (event: string, listener: (...args: never[]) => void) => {
      client.on(event as 'end', listener as () => void);
      return shared;
    },
    removeListener: (event, listener) => {
      client.removeListener(event, listener);
      return shared;
    },
    removeAllListeners: () => shared,
  };
  return shared;
}
