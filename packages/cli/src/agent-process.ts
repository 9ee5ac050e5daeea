import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  type AgentConfig,
  type AttemptExecutorOptions,
  createAttemptExecutor,
  type NoticeSource,
  noticesOf,
  type Offer,
  queueSource,
  type RunningAgent,
  startAgent,
} from '@fleetune/agent';
import {
  builtinCommand,
  builtinRequirementsFile,
  ensureImageEnvironment,
  ensurePythonEnvironment,
  ensureRequirementsEnvironment,
  findImageEntry,
  readImageMap,
  resolveAlgorithmImage,
} from '@fleetune/algorithms';
import { openObjectStores } from '@fleetune/artifacts';
import { s3Settings } from '@fleetune/server';
import { type Logger, pino } from 'pino';
import { containerEngineAddress } from './container-engine-address.js';
import { VERSION } from './version.js';

export interface AgentSettings {
  /** The server's gRPC gateway. */
  readonly serverUrl: string;
  readonly joinToken?: string;
  readonly name: string;
  /** Holds the agent's identity, its attempts and the Python environments. */
  readonly dataDirectory: string;
  readonly offer: Offer;
  readonly logLevel: string;
  readonly allowPlaintext: boolean;
  /** The cloud to ask whether this machine is about to be taken away. */
  readonly spotNotices?: NoticeSource;
  /** How long a spot machine lives after SIGTERM. */
  readonly spotSeconds?: number;
  /** File with the user's own entries of the image map. */
  readonly imagesFile?: string | undefined;
  /** Address of the container engine that runs images as they are; without it FLEETUNE_CONTAINER_ENGINE and DOCKER_HOST. */
  readonly containerEngine?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Puts an agent together from its parts and starts it. */
export async function startAgentProcess(settings: AgentSettings): Promise<RunningAgent> {
  const { dataDirectory, environment } = settings;
  const log = pino({ level: settings.logLevel, name: 'agent' }, pino.destination(2));
  const environments = environment.FLEETUNE_PYTHON_ENVIRONMENTS ?? join(dataDirectory, 'environments');
  const stateDirectory = join(dataDirectory, 'agents', settings.name);
  const scriptPython = rememberedScriptPython(environment.FLEETUNE_PYTHON);
  const imageMap = await readImageMap(settings.imagesFile);
  const tell = (message: string) => log.info(message);
  const executor = await createAttemptExecutor({
    stateFolder: join(stateDirectory, 'attempts'),
    stores: openObjectStores({ s3: s3Settings(environment, dataDirectory) }),
    resolveBuiltin: async (name, version) => {
      const { python } = await ensurePythonEnvironment({
        requirementsFile: builtinRequirementsFile(name),
        cacheDirectory: environments,
        log: tell,
      });
      return builtinCommand(name, version, python);
    },
    pythonInterpreter: scriptPython,
    pythonPath: [fleetuneForPython()],
    prepareEnvironment: async ({ requirementsFile, python, confine }) =>
      ensureRequirementsEnvironment({
        ...{ requirementsFile, confine, log: tell },
        cacheDirectory: environments,
        python: python ?? (await scriptPython()),
      }),
    images: {
      choice: (image) => findImageEntry(imageMap, image)?.kind,
      builtin: resolveAlgorithmImage,
      environment: async (image, confine) =>
        ensureImageEnvironment({
          ...{ image, map: imageMap, confine, log: tell },
          cacheDirectory: environments,
          python: await scriptPython(),
        }),
    },
    // Undefined leaves SageMaker's 120 seconds between SIGTERM and SIGKILL.
    stopGraceMs: scaled(environment, 'FLEETUNE_STOP_GRACE_SECONDS', 1000, 'seconds'),
    checkpointEveryMs: scaled(environment, 'FLEETUNE_CHECKPOINT_SECONDS', 1000, 'seconds'),
    cacheBytes: scaled(environment, 'FLEETUNE_CACHE_GIB', 1024 ** 3, 'GiB'),
    ...zygoteChoice(environment.FLEETUNE_ZYGOTE),
    ...containerOptions(settings, log),
    hiddenPaths: [dataDirectory],
    exposedPaths: [environments, fleetuneForPython()],
  });
  return startAgent({
    serverUrl: settings.serverUrl,
    ...(settings.joinToken === undefined ? {} : { joinToken: settings.joinToken }),
    allowPlaintext: settings.allowPlaintext,
    name: settings.name,
    stateDirectory,
    offer: settings.offer,
    ...spotOptions(settings, log),
    executor,
    openSource: queueSource({ info: (text) => log.info(text), warn: (text) => log.warn(text) }),
    log,
    version: VERSION,
  });
}

function spotOptions(
  { spotNotices: source, spotSeconds, environment }: AgentSettings,
  log: Logger,
): Pick<AgentConfig, 'spotNotices' | 'spotSeconds'> {
  const seconds = spotSeconds === undefined ? {} : { spotSeconds };
  if (source === undefined) return seconds;
  const baseUrl = environment.FLEETUNE_SPOT_METADATA_URL;
  const onSilent = (error: unknown) =>
    log.warn({ err: error, source }, 'the source of interruption notices does not answer; it is asked again');
  return { ...seconds, spotNotices: noticesOf(source, { ...(baseUrl ? { baseUrl } : {}), onSilent }) };
}

/** The folder that holds the `fleetune` package for Python. */
function fleetuneForPython(): string {
  const manifest = createRequire(import.meta.url).resolve('@fleetune/python/package.json');
  return join(dirname(manifest), 'src');
}

function containerOptions(
  { containerEngine, environment }: AgentSettings,
  log: Logger,
): Pick<AttemptExecutorOptions, 'containerEngine' | 'containerNetwork' | 'onContainerEngineFault'> {
  const address = containerEngineAddress(containerEngine, environment);
  if (address === undefined) return {};
  const network = environment.FLEETUNE_CONTAINER_NETWORK;
  return {
    containerEngine: address,
    ...(network ? { containerNetwork: network } : {}),
    onContainerEngineFault: (error) => log.warn({ err: error }, 'training jobs that need a container fail for now'),
  };
}

/** Whether programs that repeat are forked from a Python that has their libraries imported. */
function zygoteChoice(text: string | undefined): { readonly zygote?: 'off' | 'auto' | 'on' } {
  if (text === undefined || text === '') return {};
  if (text === 'off' || text === 'auto' || text === 'on') return { zygote: text };
  throw new Error(`FLEETUNE_ZYGOTE is "${text}"; it must be off, auto or on.`);
}

/** A number from the environment in the executor's unit; undefined when it is not set. */
function scaled(
  environment: AgentSettings['environment'],
  name: string,
  factor: number,
  unit: string,
): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value * factor;
  throw new Error(`${name} is "${text}"; it must be a number of ${unit}.`);
}

/** The interpreter for scripts: FLEETUNE_PYTHON, or `python3` as the agent's PATH has it, virtual environments included. */
function rememberedScriptPython(preferred: string | undefined): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => {
    found ??= findScriptPython(preferred ?? 'python3');
    found.catch(() => {
      found = undefined;
    });
    return found;
  };
}

async function findScriptPython(command: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, ['-c', 'import sys; print(sys.executable)']);
    return stdout.trim();
  } catch (error) {
    throw new Error(`Scripts need a Python: "${command}" does not run. Install python3 or set FLEETUNE_PYTHON.`, {
      cause: error,
    });
  }
}
