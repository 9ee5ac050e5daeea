/** There are no PostgreSQL binaries for this kind of machine. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';
  constructor(platform: string) {
    super(
      `No embedded PostgreSQL is installed for ${platform}. Install Fleetune's optional packages (npm install --include=optional), or give the URL of a PostgreSQL 15 or newer of your own.`,
    );
  }
}

/** Another live process serves this data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  readonly ownerPid: number;
  constructor(dataDirectory: string, ownerPid: number) {
    super(
      `The data directory ${dataDirectory} is in use by process ${ownerPid}. Stop that process, or choose another data directory.`,
    );
    this.ownerPid = ownerPid;
  }
}

/** The data directory holds something that this PostgreSQL cannot serve. Nothing in it was changed. */
export class UnusableDataDirectoryError extends Error {
  override readonly name = 'UnusableDataDirectoryError';
}

/** PostgreSQL refuses to run as root, and no other way to run it works on this machine. */
export class ServerAccountError extends Error {
  override readonly name = 'ServerAccountError';
}

/** The cluster could not be created, or the server did not start. The message ends with the last lines of its log. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}
