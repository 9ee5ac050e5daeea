import { builtinNames, requireBuiltin } from './catalogue.js';

export interface ResolvedImage {
  /** Name of the built-in algorithm. */
  readonly name: string;
  /** One of its versions. */
  readonly version: string;
}

/**
 * Recognizes the training images by which SageMaker's clients name a built-in algorithm, such as
 * `<account>.dkr.ecr.<region>.amazonaws.com/sagemaker-xgboost:1.7-1`, whatever the account, region and registry, and
 * plain `xgboost` or `xgboost:1`.
 *
 * @returns undefined when the image is no built-in algorithm, or a version of one that is not served.
 */
export function resolveAlgorithmImage(image: string): ResolvedImage | undefined {
  const { repository, tag, isBare } = splitImage(image);
  for (const name of builtinNames()) {
    const algorithm = requireBuiltin(name);
    const [newest] = algorithm.versions;
    if (newest === undefined || !algorithm.imageRepositories.includes(repository)) continue;
    // Somebody's own registry may well have an image that is called like a library.
    if (!isBare && !isSageMakerRegistry(image)) continue;
    const version = versionOfTag(tag, algorithm.versions);
    if (version !== undefined) return { name, version };
    if (tag === undefined || algorithm.legacyImageTags.includes(tag)) return { name, version: newest };
  }
  return undefined;
}

/** Tags may go on with a processor and a Python version, such as `1.2-1-cpu-py3`. */
function versionOfTag(tag: string | undefined, versions: readonly string[]): string | undefined {
  return versions.find((version) => tag === version || tag?.startsWith(`${version}-`));
}

function splitImage(image: string): { repository: string; tag: string | undefined; isBare: boolean } {
  const segments = (image.split('@')[0] ?? '').split('/');
  const [repository = '', tag] = (segments.at(-1) ?? '').split(':');
  return { repository, tag, isBare: segments.length === 1 };
}

/** AWS account ids have twelve digits; its registries differ in their ends by partition. */
function isSageMakerRegistry(image: string): boolean {
  return /^\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[^/]+$/.test(image);
}
