import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { imageMatches } from './image-pattern.js';

/** What runs the container images that a pattern takes: an environment that stands in for them, or a container. */
export type ImageEntry = EnvironmentEntry | ContainerEntry;

interface EnvironmentEntry {
  readonly kind: 'environment';
  /** Patterns as {@link imageMatches} reads them. */
  readonly match: readonly string[];
  /** Absolute path of a requirements file; a `.lock` has exact pins with hashes. */
  readonly requirements: string;
  /** Path or command of the interpreter; undefined leaves the choice to whoever makes the environment. */
  readonly python?: string | undefined;
}

/** The images run as they are. */
interface ContainerEntry {
  readonly kind: 'container';
  readonly match: readonly string[];
}

/** Which Python environments stand in for container images. */
export interface ImageMap {
  /** In order of precedence. */
  readonly entries: readonly ImageEntry[];
  /** The user's own file; undefined when there is none. */
  readonly file: string | undefined;
}

const DEFAULT_FILE = fileURLToPath(new URL('../images/images.yaml', import.meta.url));

const text = z.string().trim().min(1);
const imageFile = z.strictObject({
  images: z.array(
    z.strictObject({
      match: z.union([text.transform((one) => [one]), z.array(text).min(1)]),
      requirements: text.optional(),
      python: text.optional(),
      container: z.literal(true).optional(),
    }),
  ),
});

/**
 * Reads the entries of a user's own file, if there is one, and after them those that come with Fleetune.
 *
 * @param file YAML or JSON in the form of `images/images.yaml`; its requirements files are found beside it.
 * @throws ImageMapError when the file cannot be read or says something else.
 */
export async function readImageMap(file?: string): Promise<ImageMap> {
  const own = file === undefined ? [] : await readEntries(file);
  return { entries: [...own, ...(await readEntries(DEFAULT_FILE))], file };
}

/** The first entry that takes an image; undefined when none does. */
export function findImageEntry(map: ImageMap, image: string): ImageEntry | undefined {
  return map.entries.find(({ match }) => match.some((pattern) => imageMatches(pattern, image)));
}

/** A user's image map cannot be used. The message says where it is wrong. */
export class ImageMapError extends Error {
  override readonly name = 'ImageMapError';
  constructor(file: string, fault: string) {
    super(`The image map ${file} cannot be used: ${fault}`);
  }
}

async function readEntries(file: string): Promise<ImageEntry[]> {
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new ImageMapError(file, error instanceof Error ? error.message : String(error));
  }
  const parsed = imageFile.safeParse(content);
  if (!parsed.success) throw new ImageMapError(file, z.prettifyError(parsed.error));
  const folder = dirname(resolve(file));
  return parsed.data.images.map(({ match, requirements, python, container }, index) => {
    if ((requirements === undefined) === (container === undefined)) {
      const fault = `entry ${index + 1} must have either "requirements" or "container: true"`;
      throw new ImageMapError(file, fault);
    }
    if (requirements === undefined) return { kind: 'container', match };
    return { kind: 'environment', match, requirements: resolve(folder, requirements), python };
  });
}
