import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientOf } from './client-of.js';
import { operationOf } from './operation-of.js';

/** Client to the operations, such as `SageMaker.ListTags`, that answered it without an error; both in order. */
export type Exercised = Readonly<Record<string, readonly string[]>>;

/**
 * Stands between clients and a server, passes on what either says, and notes which client was served what. Clients
 * are told by the user agent that they send by themselves.
 *
 * Signatures stay true: they cover the address that the client was given, and the server is not told another.
 */
export class Recorder {
  readonly url: string;
  readonly #server: Server;
  readonly #operations: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(server: Server, operations: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#server = server;
    this.#operations = operations;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** What was served so far. */
  get exercised(): Exercised {
    return Object.fromEntries([...this.#operations].sort().map(([client, names]) => [client, [...names].sort()]));
  }

  /** The same as a page of JSON, to be kept beside the clients. */
  get page(): string {
    return `${JSON.stringify(this.exercised, undefined, 2)}\n`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** @param upstream base URL of the server. */
export async function startRecorder(upstream: string): Promise<Recorder> {
  const operations = new Map<string, Set<string>>();
  const note = (incoming: IncomingMessage, body: Buffer) => {
    const client = clientOf(incoming.headers['user-agent'] ?? '');
    const operation = operationOf(incoming, body);
    if (client === undefined || operation === undefined) return;
    operations.set(client, (operations.get(client) ?? new Set()).add(operation));
  };
  const server = createServer((incoming, answer) => passOn(upstream, incoming, answer, note));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return new Recorder(server, operations);
}

function passOn(
  upstream: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  note: (incoming: IncomingMessage, body: Buffer) => void,
): void {
  const { method, url, rawHeaders } = incoming;
  const body: Buffer[] = [];
  const outgoing = request(new URL(upstream), { method, path: url, headers: rawHeaders }, (response) => {
    if ((response.statusCode ?? 500) < 400) note(incoming, Buffer.concat(body));
    answer.writeHead(response.statusCode ?? 500, response.rawHeaders);
    response.pipe(answer);
  });
  outgoing.on('continue', () => answer.writeContinue());
  outgoing.on('error', () => answer.destroy());
  answer.on('close', () => outgoing.destroy());
  incoming.on('data', (chunk: Buffer) => body.push(chunk));
  incoming.pipe(outgoing);
}
