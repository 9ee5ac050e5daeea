import { Code, ConnectError } from '@connectrpc/connect';
import {
  authorizationHeaders,
  type ConnectRequest,
  type ConnectResponse,
  type GatewayClient,
  Outbox,
  type Welcome,
} from '@fleetune/protocol';
import type { Logger } from 'pino';
import type { AgentClock } from '../clock.js';
import { backoffMs } from './backoff.js';
import type { Uplink } from './uplink.js';

/** How long a server may take to answer Hello. */
const WELCOME_TIMEOUT_MS = 10_000;

interface LinkEvents {
  /** Made anew for each connection, so that it says what is held then. */
  hello(): ConnectRequest;
  welcome(welcome: Welcome): void;
  message(message: Exclude<ConnectResponse['message'], { case: 'welcome' }>): void;
  disconnected(): void;
}

export interface LinkParts {
  readonly gateway: GatewayClient;
  /** Asked for at each connection, because joining again changes it. */
  readonly credential: () => string;
  readonly events: LinkEvents;
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly log: Logger;
}

/** The agent's one stream to its server, made again whenever it breaks. */
export class GatewayLink implements Uplink {
  readonly #parts: LinkParts;
  #outbox: Outbox<ConnectRequest> | undefined;
  #abort = new AbortController();
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /**
   * Connects, and connects again, until closed.
   *
   * @throws AgentRejectedError when the server does not know this agent's credential.
   */
  async run(): Promise<void> {
    for (let failures = 0; !this.#closed; failures += 1) {
      const { welcomed, error } = await this.#connectOnce();
      if (this.#closed) return;
      if (error?.code === Code.Unauthenticated || error?.code === Code.PermissionDenied) {
        throw new AgentRejectedError(error.rawMessage);
      }
      if (welcomed) failures = 0;
      const delayMs = backoffMs(failures, this.#parts.random);
      const level = failures === 0 || welcomed ? 'warn' : 'debug';
      this.#parts.log[level]({ err: error, delayMs: Math.round(delayMs) }, 'not connected to the server; trying again');
      await this.#sleep(delayMs);
    }
  }

  send(message: ConnectRequest): boolean {
    return this.#outbox?.push(message) ?? false;
  }

  get connected(): boolean {
    return this.#outbox !== undefined;
  }

  /** Drops the connection; the link then makes a new one. */
  reset(reason: string): void {
    this.#abort.abort(new ConnectError(reason, Code.Unavailable));
  }

  /** Ends the stream after what was sent, for good. */
  close(): void {
    this.#closed = true;
    this.#outbox?.close();
    this.#wake?.();
  }

  /** Ends the stream at once, for good. */
  sever(): void {
    this.close();
    this.reset('The agent was ended.');
  }

  async #connectOnce(): Promise<{ readonly welcomed: boolean; readonly error: ConnectError | undefined }> {
    const { gateway, credential, events, clock } = this.#parts;
    this.#abort = new AbortController();
    const outbox = new Outbox<ConnectRequest>();
    outbox.push(events.hello());
    const callOff = clock.after(WELCOME_TIMEOUT_MS, () => this.reset('The server did not answer Hello.'));
    let error: ConnectError | undefined;
    try {
      const options = { headers: authorizationHeaders(credential()), signal: this.#abort.signal };
      for await (const { message } of gateway.service.connect(outbox, options)) {
        if (message.case === 'welcome') {
          callOff();
          this.#outbox = outbox;
          events.welcome(message.value);
        } else if (this.#outbox === outbox) {
          events.message(message);
        }
      }
    } catch (caught) {
      error = ConnectError.from(caught);
    }
    callOff();
    outbox.close();
    const welcomed = this.#outbox === outbox;
    this.#outbox = undefined;
    if (welcomed) events.disconnected();
    return { welcomed, error };
  }

  async #sleep(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const callOff = this.#parts.clock.after(delayMs, resolve);
      this.#wake = () => {
        callOff();
        resolve();
      };
    });
  }
}

/** The server does not take this agent (any more). The agent has to join again with a new token. */
export class AgentRejectedError extends Error {
  override readonly name = 'AgentRejectedError';
  constructor(reason: string) {
    super(`The server does not accept this agent: ${reason}. Start it again with a new join token.`);
  }
}
