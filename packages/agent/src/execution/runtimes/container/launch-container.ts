import type { ContainerCreateOptions } from 'dockerode';
import { AlgorithmFault, messageOf } from '../../attempt-faults.js';
import type { LaunchedProgram } from '../process.js';
import type { ContainerEngine } from './container-engine.js';
import { ContainerProgram } from './container-program.js';
import {
  ContainerGoneError,
  EndForgottenError,
  EngineDiskFullError,
  isDiskFull,
  isUnreachable,
  ProgramNotStartedError,
} from './engine-errors.js';

/** The engine cannot run the container, for a reason that is not the job's. */
class ContainerStartError extends Error {
  override readonly name = 'ContainerStartError';
  constructor(image: string, address: string, cause: unknown) {
    super(`The container engine at ${address} could not start the image ${image}: ${messageOf(cause)}`, { cause });
  }
}

/** The image does not have what the job runs in it. */
class NoProgramFault extends AlgorithmFault {
  constructor(image: string, program: string, said: string) {
    super(
      `The image ${image} has no program "${program}" that can be run (${said}). An image for training has a program "train" on its PATH, or an entry point that takes "train"; else name one by ContainerEntrypoint.`,
    );
  }
}

/**
 * Makes a container and starts the program in it.
 *
 * @param image what people call the image.
 * @throws NoProgramFault when the image has no such program; ContainerStartError, EngineDiskFullError,
 *   EngineUnreachableError when the engine is at fault.
 */
export async function launchContainer(
  engine: ContainerEngine,
  image: string,
  options: ContainerCreateOptions,
): Promise<LaunchedProgram> {
  const asLaunchError = (error: unknown): never => {
    throw launchError(engine, image, options, error);
  };
  const program = await start(engine, options)
    .catch((error: unknown) => {
      // Some engines come without the small program that is process 1 otherwise; then the program itself is.
      if (!/container-init binary|docker-init/.test(messageOf(error))) throw error;
      return start(engine, { ...options, HostConfig: { ...options.HostConfig, Init: false } });
    })
    .catch(asLaunchError);
  const { output } = program;
  return {
    output,
    tree: program,
    exited: program.exited.catch(asLaunchError),
    wasOutOfMemory: () => program.wasOutOfMemory,
  };
}

async function start(engine: ContainerEngine, options: ContainerCreateOptions): Promise<ContainerProgram> {
  const container = await engine.ask((client) => client.createContainer(options));
  const program = new ContainerProgram(engine, container);
  try {
    await program.start();
    return program;
  } catch (error) {
    await program.kill();
    throw error;
  }
}

function launchError(
  engine: ContainerEngine,
  image: string,
  { Entrypoint, Cmd }: ContainerCreateOptions,
  error: unknown,
) {
  if (isUnreachable(error) || error instanceof ContainerGoneError || error instanceof EndForgottenError) return error;
  if (isDiskFull(error)) return new EngineDiskFullError(engine.address, `a container of ${image}`, error);
  if (error instanceof ProgramNotStartedError) {
    const [program = 'its entry point'] = [...[Entrypoint ?? []].flat(), ...(Cmd ?? [])];
    return new NoProgramFault(image, program, error.message);
  }
  const said = /exec:? "?([^":]+)"?: (executable file not found|.*no such file or directory|.*permission denied)/.exec(
    messageOf(error),
  );
  if (said !== null) return new NoProgramFault(image, said[1] ?? '', said[2] ?? '');
  return new ContainerStartError(image, engine.address, error);
}
