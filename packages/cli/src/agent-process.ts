import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAttemptExecutor, type Offer, queueSource, type RunningAgent, startAgent } from '@fleetune/agent';
import {
  builtinCommand,
  builtinRequirementsFile,
  ensurePythonEnvironment,
  ensureRequirementsEnvironment,
} from '@fleetune/algorithms';
import { openObjectStores } from '@fleetune/artifacts';
import { s3Settings } from '@fleetune/server';
import { pino } from 'pino';
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
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Puts an agent together from its parts and starts it. */
export async function startAgentProcess(settings: AgentSettings): Promise<RunningAgent> {
  const { dataDirectory, environment } = settings;
  const log = pino({ level: settings.logLevel, name: 'agent' }, pino.destination(2));
  const environments = environment.FLEETUNE_PYTHON_ENVIRONMENTS ?? join(dataDirectory, 'environments');
  const stateDirectory = join(dataDirectory, 'agents', settings.name);
  const scriptPython = rememberedScriptPython(environment.FLEETUNE_PYTHON);
  const executor = await createAttemptExecutor({
    stateFolder: join(stateDirectory, 'attempts'),
    stores: openObjectStores({ s3: s3Settings(environment, dataDirectory) }),
    resolveBuiltin: async (name, version) => {
      const { python } = await ensurePythonEnvironment({
        requirementsFile: builtinRequirementsFile(name),
        cacheDirectory: environments,
        log: (message) => log.info(message),
      });
      return builtinCommand(name, version, python);
    },
    pythonInterpreter: scriptPython,
    prepareEnvironment: async (requirementsFile) =>
      ensureRequirementsEnvironment({
        requirementsFile,
        cacheDirectory: environments,
        python: await scriptPython(),
        log: (message) => log.info(message),
      }),
    stopGraceMs: stopGraceMs(environment.FLEETUNE_STOP_GRACE_SECONDS),
    hiddenPaths: [dataDirectory],
    exposedPaths: [environments],
  });
  return startAgent({
    serverUrl: settings.serverUrl,
    ...(settings.joinToken === undefined ? {} : { joinToken: settings.joinToken }),
    allowPlaintext: settings.allowPlaintext,
    name: settings.name,
    stateDirectory,
    offer: settings.offer,
    executor,
    openSource: queueSource({ info: (text) => log.info(text), warn: (text) => log.warn(text) }),
    log,
    version: VERSION,
  });
}

/** Undefined leaves SageMaker's 120 seconds between SIGTERM and SIGKILL. */
function stopGraceMs(seconds: string | undefined): number | undefined {
  if (seconds === undefined || seconds === '') return undefined;
  const value = Number(seconds);
  if (Number.isFinite(value) && value >= 0) return value * 1000;
  throw new Error(`FLEETUNE_STOP_GRACE_SECONDS is "${seconds}"; it must be a number of seconds.`);
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
