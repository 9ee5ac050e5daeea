import type { PythonEnvironment } from './environment-builder.js';
import { findImageEntry, type ImageMap } from './image-map.js';
import { ensurePythonEnvironment } from './python-environment.js';
import { type ConfineInstaller, ensureRequirementsEnvironment } from './requirements-environment.js';

export interface ImageEnvironmentRequest {
  readonly image: string;
  readonly map: ImageMap;
  /** Folder that holds one environment a digest. Shared by every process of the machine's user. */
  readonly cacheDirectory: string;
  /** Path or command of the interpreter where neither the entry nor its lock asks for another. */
  readonly python: string;
  readonly confine?: ConfineInstaller | undefined;
  readonly log: (message: string) => void;
}

/**
 * Makes sure that the environment exists that stands in for a container image, and says where. Made once for each
 * requirements file, however many images and processes ask.
 *
 * @throws UnknownImageError when no entry of the map stands for the image; PythonNotFoundError, PythonEnvironmentError,
 *   RequirementsEnvironmentError, UnusableRequirementError when the environment cannot be made.
 */
export async function ensureImageEnvironment(request: ImageEnvironmentRequest): Promise<PythonEnvironment> {
  const { image, map, cacheDirectory, python, confine, log } = request;
  const entry = findImageEntry(map, image);
  if (entry?.kind !== 'environment') throw new UnknownImageError(image, map.file);
  const requirementsFile = entry.requirements;
  if (requirementsFile.endsWith('.lock')) {
    const chosen = entry.python === undefined ? {} : { python: entry.python };
    return ensurePythonEnvironment({ requirementsFile, cacheDirectory, log, ...chosen });
  }
  return ensureRequirementsEnvironment({
    ...{ requirementsFile, cacheDirectory, log, confine },
    python: entry.python ?? python,
  });
}

/** No entry of the image map stands for the image. */
export class UnknownImageError extends Error {
  override readonly name = 'UnknownImageError';
  constructor(image: string, file: string | undefined) {
    const where =
      file === undefined
        ? 'write a file with such an entry and name it by the agent\'s option "--images" or FLEETUNE_IMAGES'
        : `add an entry to ${file}`;
    super(
      `No Python environment of this agent stands in for the image ${image}. To run it, ${where}: ` +
        `{"images": [{"match": "${image}", "requirements": "requirements.txt"}]}. ` +
        'Or give the agent a container engine that runs the image itself, by its option --container-engine.',
    );
  }
}
