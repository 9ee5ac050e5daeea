import { chmodSync, existsSync } from 'node:fs';
import type { AttemptKey, Resources } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';
import { type AttemptFolder, trainingPaths } from '../../contract/attempt-folder.js';
import type { TrainingConfig } from '../../contract/config-files.js';
import { trainingEnvironment } from '../../contract/training-environment.js';
import type { ExecutionClock } from '../../executor-options.js';
import { type AgentIdentity, attemptTag } from '../../process-tree/attempt-tag.js';
import { type ChannelMount, OPT_ML } from '../../sandbox/sandbox.js';
import type { LaunchedProgram } from '../process.js';
import { ContainerEngine } from './container-engine.js';
import { containerLabels } from './container-labels.js';
import { containerOptions } from './container-options.js';
import type { EngineAddress } from './engine-address.js';
import { ownHardLimits } from './hard-limits.js';
import { type ImageSettings, ImageStore } from './image-store.js';
import type { ImageAlgorithm } from './image-to-run.js';
import { launchContainer } from './launch-container.js';
import { sweepContainers } from './orphan-containers.js';

export interface ContainerRuntimeOptions {
  readonly address: EngineAddress;
  /** A network of the engine's for jobs without network isolation; undefined leaves it to the engine. */
  readonly network: string | undefined;
  readonly agent: AgentIdentity;
  readonly clock: ExecutionClock;
}

/** One training program to be run in its own image. */
export interface ContainerOrder {
  readonly key: AttemptKey;
  readonly order: TrainingOrder;
  readonly algorithm: ImageAlgorithm;
  readonly folder: AttemptFolder;
  readonly config: TrainingConfig;
  readonly mounts: readonly ChannelMount[];
  readonly cpuCount: number;
  readonly resources: Pick<Resources, 'memoryMib'>;
  readonly gpuUuids: readonly string[];
}

/** Runs training programs in containers of their own images. */
export class ContainerRuntime {
  readonly #options: ContainerRuntimeOptions;
  readonly #engine: ContainerEngine;
  readonly #images: ImageStore;
  #swept: Promise<number> | undefined;

  constructor(options: ContainerRuntimeOptions) {
    this.#options = options;
    this.#engine = new ContainerEngine(options.address);
    this.#images = new ImageStore(this.#engine, options.clock, process.env);
  }

  /**
   * Removes what earlier agent processes left behind; once, when the engine first answers.
   *
   * @returns how many containers were removed.
   * @throws EngineUnreachableError when the engine does not answer.
   */
  sweepOrphans(): Promise<number> {
    this.#swept ??= sweepContainers(this.#engine, this.#options.agent).catch((error: unknown) => {
      this.#swept = undefined;
      throw error;
    });
    return this.#swept;
  }

  /**
   * Gets the image to the machine.
   *
   * @throws ImageNotFoundFault, ImageAccessFault, ImagePullError, EngineDiskFullError, EngineUnreachableError.
   */
  async obtainImage({ image }: ImageAlgorithm, note: (text: string) => void): Promise<ImageSettings> {
    // Only now for an engine that was away when the agent started.
    await this.sweepOrphans();
    return this.#images.obtain(image, note);
  }

  /** @throws as {@link launchContainer}. */
  async launch(image: ImageSettings, program: ContainerOrder): Promise<LaunchedProgram> {
    const { key, order, algorithm, folder, config, mounts, cpuCount, gpuUuids } = program;
    const { memoryMib } = program.resources;
    const { agent, network } = this.#options;
    openToImageUser(folder);
    const options = containerOptions(
      {
        image,
        entrypoint: algorithm.entrypoint,
        arguments: algorithm.arguments,
        environment: {
          ...trainingEnvironment(order, config, trainingPaths(OPT_ML), { cpuCount, gpuUuids, ...ownHost(image) }),
          ...attemptTag(agent, key),
        },
        trainingRoot: folder.training.root,
        mounts,
        networkIsolation: order.networkIsolation,
        network,
        cpuCount,
        memoryMib,
        gpuUuids,
        limits: ownHardLimits(),
        labels: containerLabels(agent, key, order.trainingJobName),
        agentUser: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      },
      await this.#engine.facts(),
    );
    return launchContainer(this.#engine, algorithm.image, options);
  }
}

/** A container is a machine of its own: its variables are the image's. */
function ownHost({ environment }: ImageSettings) {
  return { environment, pythonPath: (environment.PYTHONPATH ?? '').split(':') };
}

/** The image's user may be any; only the engine gets past the folder around them. */
function openToImageUser({ path, training }: AttemptFolder): void {
  chmodSync(path, 0o700);
  for (const folder of [
    training.root,
    training.model,
    training.output,
    training.outputData,
    training.checkpoints,
    training.code,
    training.warmPoolCache,
  ]) {
    if (existsSync(folder)) chmodSync(folder, 0o777);
  }
}
