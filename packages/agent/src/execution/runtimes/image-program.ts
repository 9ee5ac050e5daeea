import { joinUri } from '@fleetune/artifacts';
import type { Algorithm, TrainingOrder } from '@fleetune/protocol';
import { ClientFault, messageOf } from '../attempt-faults.js';
import { scriptMode } from '../contract/script-mode.js';
import type { ExecutorSettings, ImageCatalogue } from '../executor-options.js';
import { OPT_ML } from '../sandbox/sandbox.js';
import { layAttemptPython, QUIET_PIP } from './attempt-python.js';
import { builtinProgram } from './builtin-program.js';
import type { ProgramPlace, ResolvedProgram } from './resolved-program.js';
import { scriptProgram } from './script-program.js';

type ImageAlgorithm = Extract<Algorithm['kind'], { case: 'image' }>['value'];

/**
 * Runs what a container image would run, in the Python environment that stands in for it: the order's own entry point,
 * else the script that its hyperparameters name, else the built-in algorithm that the image is.
 *
 * @throws ClientFault when nothing stands in for the image, or the job does not say what to run in it.
 */
export async function imageProgram(
  { image, entrypoint, arguments: args }: ImageAlgorithm,
  order: TrainingOrder,
  settings: ExecutorSettings,
  place: ProgramPlace,
): Promise<ResolvedProgram> {
  const { images } = settings;
  if (images === undefined) {
    throw new ClientFault(
      `The job asks for the container image ${image}, and this agent has no container engine. Name one by its option --container-engine, or use a script, a command or a built-in algorithm.`,
    );
  }
  const script = scriptMode(order);
  if (entrypoint.length === 0 && script === undefined) {
    const builtin = args.length === 0 ? images.builtin(image) : undefined;
    if (builtin !== undefined) return builtinProgram(builtin.name, builtin.version, settings);
    throw new ClientFault(
      `The image ${image} has no program of its own here. Name one by ContainerEntrypoint, or by the hyperparameters sagemaker_program and sagemaker_submit_directory.`,
    );
  }
  const shared = await sharedPython(images, image, place);
  const ownPython = (python: string) => layAttemptPython(python, place.paths.python, place.visible.python);
  if (entrypoint.length > 0) {
    const { binFolders } = ownPython(shared);
    return { command: [...entrypoint, ...args], environment: QUIET_PIP, startsIn: 'root', binFolders };
  }
  const { entryPoint, submitDirectory } = script ?? { entryPoint: '', submitDirectory: '' };
  const sourceUri = submittedSource(submitDirectory, order);
  const { hyperparameters } = order;
  const submitted = { sourceUri, entryPoint, hyperparameters, argumentStyle: 'toolkit' } as const;
  return scriptProgram(submitted, shared, ownPython, settings, place);
}

async function sharedPython(images: ImageCatalogue, image: string, { confine }: ProgramPlace): Promise<string> {
  try {
    return (await images.environment(image, confine)).python;
  } catch (error) {
    throw new ClientFault(messageOf(error));
  }
}

/** A submit directory may lie inside a channel; then it is taken from where the channel comes from. */
function submittedSource(submitDirectory: string, order: TrainingOrder): string {
  if (/^(s3|file):\/\//.test(submitDirectory)) return submitDirectory;
  const inputData = `${OPT_ML}/input/data/`;
  const [name = '', ...inside] = submitDirectory.startsWith(inputData)
    ? submitDirectory.slice(inputData.length).split('/').filter(Boolean)
    : [];
  const channel = order.channels.find((one) => one.name === name);
  if (channel !== undefined && !inside.includes('..')) {
    return inside.length === 0 ? channel.uri : joinUri(channel.uri, ...inside);
  }
  throw new ClientFault(
    `The hyperparameter sagemaker_submit_directory is "${submitDirectory}". It must name the source of the script: an s3:// or file:// folder or .tar.gz, or one below ${inputData}<channel>.`,
  );
}
