/** Nothing lies at the URI. Fix the URI, or put the object there. */
export class ArtifactNotFoundError extends Error {
  override readonly name = 'ArtifactNotFoundError';
  readonly uri: string;

  constructor(uri: string) {
    super(`Nothing was found at ${uri}. Check the URI, and that the data was put there.`);
    this.uri = uri;
  }
}

/** The URI can never name an artifact. */
export class InvalidArtifactUriError extends Error {
  override readonly name = 'InvalidArtifactUriError';
  readonly uri: string;

  constructor(uri: string, fault: string) {
    super(`"${uri}" cannot be used: ${fault}.`);
    this.uri = uri;
  }
}

/** The store refused access. Fix the credentials or the permissions; trying again does not help. */
export class ArtifactAccessDeniedError extends Error {
  override readonly name = 'ArtifactAccessDeniedError';
  readonly uri: string;

  constructor(uri: string, cause: unknown) {
    super(`Access to ${uri} was denied. Check the permissions of the store.`, { cause });
    this.uri = uri;
  }
}

/** The store could not do its part (network, disk). Trying again may help. */
export class ArtifactStoreError extends Error {
  override readonly name = 'ArtifactStoreError';
  readonly uri: string;

  constructor(action: 'read' | 'write' | 'list', uri: string, cause: unknown) {
    super(`Could not ${action} ${uri}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.uri = uri;
  }
}

/** An archive is damaged, or holds an entry that would land outside the target folder. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';

  constructor(archive: string, cause: unknown) {
    super(`The archive ${archive} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
