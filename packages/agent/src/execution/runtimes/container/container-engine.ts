import type Docker from 'dockerode';
import type { EngineAddress } from './engine-address.js';
import { EngineUnreachableError, isUnreachable } from './engine-errors.js';

/** What an engine is able to do. */
export interface EngineFacts {
  /** Podman behind Docker's API. */
  readonly isPodman: boolean;
  /** Root in its containers is an ordinary user of this machine. */
  readonly isRootless: boolean;
  /** Cores that a container can be given. */
  readonly cpuCount: number;
}

/** The engine that runs containers, reached when it is first needed. */
export class ContainerEngine {
  readonly address: string;
  readonly #connection: EngineAddress['connection'];
  #client: Promise<Docker> | undefined;
  #facts: Promise<EngineFacts> | undefined;

  constructor({ text, connection }: EngineAddress) {
    this.address = text;
    this.#connection = connection;
  }

  /**
   * Asks the engine something.
   *
   * @throws EngineUnreachableError when nobody answers; else what the engine said.
   */
  async ask<T>(question: (client: Docker) => Promise<T>): Promise<T> {
    // Loaded here: most agents never run a container.
    this.#client ??= import('dockerode').then(({ default: Client }) => new Client(this.#connection));
    const client = await this.#client;
    try {
      return await question(client);
    } catch (error) {
      throw isUnreachable(error) ? new EngineUnreachableError(this.address, error) : error;
    }
  }

  /** @throws EngineUnreachableError when the engine does not answer; it is asked again the next time. */
  facts(): Promise<EngineFacts> {
    this.#facts ??= this.ask(readFacts).catch((error: unknown) => {
      this.#facts = undefined;
      throw error;
    });
    return this.#facts;
  }
}

async function readFacts(client: Docker): Promise<EngineFacts> {
  const [version, info] = await Promise.all([client.version(), client.info()]);
  const components: readonly { readonly Name: string }[] = version.Components ?? [];
  const security: readonly string[] = info.SecurityOptions ?? [];
  return {
    isPodman: components.some(({ Name }) => Name.startsWith('Podman')),
    isRootless: security.includes('name=rootless') || info.Rootless === true,
    cpuCount: Number(info.NCPU) || 1,
  };
}
