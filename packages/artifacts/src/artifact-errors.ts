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

export type StoreAction = 'read' | 'write' | 'copy' | 'delete' | 'list';

/** The store could not do its part (network, disk). Trying again may help. */
export class ArtifactStoreError extends Error {
  override readonly name = 'ArtifactStoreError';
  readonly uri: string;

  constructor(action: StoreAction, uri: string, cause: unknown) {
    super(`Could not ${action} ${uri}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.uri = uri;
  }
}

/** The object is not the one that was listed any more. List again, and read what is there now. */
export class ArtifactChangedError extends Error {
  override readonly name = 'ArtifactChangedError';
  readonly uri: string;

  constructor(uri: string) {
    super(`${uri} has changed since it was listed. Leave input data as it is while jobs start, and try again.`);
    this.uri = uri;
  }
}

/** There is an object already, and it was not to be replaced. */
export class ArtifactExistsError extends Error {
  override readonly name = 'ArtifactExistsError';
  readonly uri: string;

  constructor(uri: string) {
    super(`There is something at ${uri} already, and it is not replaced.`);
    this.uri = uri;
  }
}

/** A manifest says something that cannot be followed. Fix the manifest. */
export class InvalidManifestError extends Error {
  override readonly name = 'InvalidManifestError';
  readonly uri: string;

  constructor(uri: string, fault: string) {
    super(`The manifest ${uri} cannot be followed: ${fault}.`);
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
