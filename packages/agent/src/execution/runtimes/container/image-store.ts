import type { ImageInspectInfo } from 'dockerode';
import type { ExecutionClock } from '../../executor-options.js';
import type { ContainerEngine } from './container-engine.js';
import { pullError, statusOf } from './engine-errors.js';
import { PullProgress } from './pull-progress.js';
import { registryCredentials } from './registry-credentials.js';

/** What an image says about the programs in it. */
export interface ImageSettings {
  /** The engine's own name for exactly this image. */
  readonly id: string;
  /** Variables of the image, by name. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Pull {
  readonly done: Promise<void>;
  readonly listeners: Set<(text: string) => void>;
}

/** The images of an engine: what is not there is pulled, once for all who wait for it. */
export class ImageStore {
  readonly #engine: ContainerEngine;
  readonly #clock: ExecutionClock;
  readonly #variables: NodeJS.ProcessEnv;
  readonly #pulls = new Map<string, Pull>();

  /** @param variables tell where `docker login` keeps what it knows. */
  constructor(engine: ContainerEngine, clock: ExecutionClock, variables: NodeJS.ProcessEnv) {
    this.#engine = engine;
    this.#clock = clock;
    this.#variables = variables;
  }

  /**
   * The image by its name, pulled first when the engine does not have it.
   *
   * @param note told how a pull goes on, a line at a time.
   * @throws ImageNotFoundFault, ImageAccessFault, ImagePullError, EngineDiskFullError, EngineUnreachableError.
   */
  async obtain(image: string, note: (text: string) => void): Promise<ImageSettings> {
    const present = await this.#inspect(image);
    if (present !== undefined) return present;
    await this.#pulled(image, note);
    const pulled = await this.#inspect(image);
    if (pulled === undefined) throw pullError(this.#engine.address, image, new Error('not found after its pull'));
    return pulled;
  }

  async #inspect(image: string): Promise<ImageSettings | undefined> {
    try {
      return settingsOf(await this.#engine.ask((client) => client.getImage(image).inspect()));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw pullError(this.#engine.address, image, error);
    }
  }

  async #pulled(image: string, note: (text: string) => void): Promise<void> {
    const pull = this.#pulls.get(image) ?? this.#begin(image);
    pull.listeners.add(note);
    note(`Pulling the image ${image}.`);
    try {
      await pull.done;
    } finally {
      pull.listeners.delete(note);
    }
  }

  #begin(image: string): Pull {
    const listeners = new Set<(text: string) => void>();
    const tell = (text: string) => {
      for (const listener of listeners) listener(text);
    };
    const done = this.#pull(image, tell).finally(() => this.#pulls.delete(image));
    const pull = { done, listeners };
    this.#pulls.set(image, pull);
    return pull;
  }

  async #pull(image: string, tell: (text: string) => void): Promise<void> {
    const startedAt = this.#clock.monotonicMs();
    const elapsedMs = () => this.#clock.monotonicMs() - startedAt;
    const credentials = await registryCredentials(image, this.#variables);
    const progress = new PullProgress(elapsedMs, (mib) => tell(`Pulling the image ${image}: ${mib} MiB so far.`));
    try {
      await this.#engine.ask(async (client) => {
        const stream = await client.createImage(credentials ?? {}, { fromImage: withTag(image) });
        await new Promise<void>((done, failed) => {
          const end = (error: Error | null) => (error === null ? done() : failed(error));
          client.modem.followProgress(stream, end, (event: unknown) => progress.hear(event));
        });
      });
      if (progress.fault !== undefined) throw new Error(progress.fault);
    } catch (error) {
      throw pullError(this.#engine.address, image, error);
    }
    tell(`Pulled the image ${image} in ${(elapsedMs() / 1000).toFixed(1)} s.`);
  }
}

/** Without a tag engines would pull every one. */
function withTag(image: string): string {
  return /[:@]/.test(image.split('/').at(-1) ?? '') ? image : `${image}:latest`;
}

function settingsOf({ Id, Config }: ImageInspectInfo): ImageSettings {
  const variables = (Config.Env ?? []).map((pair) => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]);
  return {
    id: Id,
    environment: Object.fromEntries(variables),
  };
}
