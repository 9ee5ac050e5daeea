import type { DockerOptions } from 'dockerode';

/** A container engine on this machine, by the address of its Docker Engine API. */
export interface EngineAddress {
  /** As the user wrote it. */
  readonly text: string;
  readonly connection: Pick<DockerOptions, 'socketPath' | 'host' | 'port' | 'protocol'>;
}

const EXAMPLES = 'unix:///run/podman/podman.sock, unix:///var/run/docker.sock or tcp://127.0.0.1:2375';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The address of a container engine cannot be used. */
export class EngineAddressError extends Error {
  override readonly name = 'EngineAddressError';
  constructor(text: string, fault: string) {
    super(`The container engine's address "${text}" cannot be used: ${fault}. It is like ${EXAMPLES}.`);
  }
}

/**
 * Reads `unix://PATH`, or `tcp://HOST:PORT` with this machine as the host: the folders that a container mounts are here.
 *
 * @throws EngineAddressError for anything else.
 */
export function parseEngineAddress(text: string): EngineAddress {
  if (text.startsWith('unix://')) {
    const socketPath = text.slice('unix://'.length);
    if (!socketPath.startsWith('/')) throw new EngineAddressError(text, 'the path of its socket is not absolute');
    return { text, connection: { socketPath } };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'tcp:' && url.protocol !== 'http:')) {
    throw new EngineAddressError(text, 'it is neither a socket nor an unencrypted port of this machine');
  }
  if (!LOOPBACK.has(url.hostname)) {
    throw new EngineAddressError(text, 'it is another machine, which cannot mount the folders of training jobs');
  }
  if (url.port === '') throw new EngineAddressError(text, 'it names no port');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { text, connection: { host, port: Number(url.port), protocol: 'http' } };
}
