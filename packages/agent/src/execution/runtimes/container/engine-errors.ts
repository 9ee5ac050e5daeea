import { ClientFault, messageOf } from '../../attempt-faults.js';

/** The container engine does not answer. */
export class EngineUnreachableError extends Error {
  override readonly name = 'EngineUnreachableError';
  constructor(address: string, cause: unknown) {
    super(
      `The container engine at ${address} does not answer (${messageOf(cause)}). Start it (for Podman: systemctl start podman.socket), see that the agent may use it, or name another by the agent's option --container-engine.`,
      { cause },
    );
  }
}

/** The container engine has no disk left for images and containers. */
export class EngineDiskFullError extends Error {
  override readonly name = 'EngineDiskFullError';
  constructor(address: string, what: string, cause: unknown) {
    super(
      `The container engine at ${address} has no disk left for ${what}: ${messageOf(cause)}. Remove images that nobody needs ("docker image prune --all", "podman image prune --all").`,
      { cause },
    );
  }
}

/** The program of a container could not be started. The message says why, in the system's words. */
export class ProgramNotStartedError extends Error {
  override readonly name = 'ProgramNotStartedError';
}

/** A container was removed under the eyes of its agent. */
export class ContainerGoneError extends Error {
  override readonly name = 'ContainerGoneError';
  constructor(cause: unknown) {
    super(`The container of the training job was removed, and not by this agent: ${messageOf(cause)}`, { cause });
  }
}

/** A container ended as its engine came back, and the engine does not know any more how. */
export class EndForgottenError extends Error {
  override readonly name = 'EndForgottenError';
  constructor() {
    super('The container engine was away when the training program ended, and does not know how it did.');
  }
}

/** An image could not be pulled, for a reason that may pass. */
class ImagePullError extends Error {
  override readonly name = 'ImagePullError';
  constructor(image: string, cause: unknown) {
    super(`The image ${image} could not be pulled: ${messageOf(cause)}`, { cause });
  }
}

/** There is no such image, neither on the machine nor in its registry. */
export class ImageNotFoundFault extends ClientFault {
  constructor(image: string, cause: unknown) {
    super(`There is no image ${image}: ${messageOf(cause)}. Check its registry, name and tag.`, { cause });
  }
}

/** The registry does not give the image to this agent. */
export class ImageAccessFault extends ClientFault {
  constructor(image: string, cause: unknown) {
    super(
      `The registry refuses the image ${image}: ${messageOf(cause)}. Log in to the registry on the agent's machine, as the agent's user ("docker login", "podman login"), or check the image's name.`,
      { cause },
    );
  }
}

/** The engine's HTTP status; undefined when it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EACCES', 'EPIPE', 'EPERM', 'ETIMEDOUT']);

/** True when there was nobody to answer, so that the same request may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof EngineUnreachableError) return true;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && CONNECTION_CODES.has(code);
}

export function isDiskFull(error: unknown): boolean {
  return /no space left on device|disk quota exceeded/i.test(messageOf(error));
}

/** Tells why a pull failed by what engine and registry say; they have no codes that all of them share. */
export function pullError(address: string, image: string, error: unknown): Error {
  if (isUnreachable(error)) return new EngineUnreachableError(address, error);
  if (isDiskFull(error)) return new EngineDiskFullError(address, `the image ${image}`, error);
  const text = messageOf(error);
  // First, as registries say "denied" of what does not exist, too, and engines add "may not exist".
  if (/unauthorized|denied|authentication required|forbidden|no basic auth/i.test(text)) {
    return new ImageAccessFault(image, error);
  }
  if (/manifest unknown|not found|does not exist|name unknown|no such image|invalid reference/i.test(text)) {
    return new ImageNotFoundFault(image, error);
  }
  return new ImagePullError(image, error);
}
