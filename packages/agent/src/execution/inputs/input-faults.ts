import {
  ArchiveError,
  ArtifactAccessDeniedError,
  ArtifactNotFoundError,
  InvalidArtifactUriError,
  InvalidManifestError,
} from '@fleetune/artifacts';
import { ClientFault } from '../attempt-faults.js';

/** A channel's URI leads to no data. */
export class ChannelMissingFault extends ClientFault {
  constructor(channelName: string, uri: string) {
    super(
      `Channel "${channelName}" has no data: nothing was found at ${uri}. Check the URI, and that the data is there.`,
    );
  }
}

/** Tells what the job's author has to mend (ClientFault) from what may pass by itself (left as it is). */
export function asInputFault(what: string, error: unknown): unknown {
  if (error instanceof ChannelMissingFault) return error;
  const isClients =
    error instanceof ClientFault ||
    error instanceof ArtifactNotFoundError ||
    error instanceof ArtifactAccessDeniedError ||
    error instanceof InvalidArtifactUriError ||
    error instanceof InvalidManifestError ||
    error instanceof ArchiveError ||
    isDamagedGzip(error);
  if (!isClients) return error;
  return new ClientFault(`${what}: ${error.message}`, { cause: error });
}

function isDamagedGzip(error: unknown): error is Error {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR';
}
