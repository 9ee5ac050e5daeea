/** What `fleetune` tells its caller. Scripts may rely on these. */
export const EXIT = {
  ok: 0,
  /** A job failed, or the server refused the operation. */
  failed: 1,
  /** The command line, a file or a token is wrong. */
  invalid: 2,
  /** No server answers. */
  unreachable: 3,
  /** Ctrl-C before the end. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0    ok
  1    a job failed, or the server refused the operation
  2    the command line, a file or the token is wrong
  3    no server answers
  130  interrupted before the end`;

/** Ends the command with a message and an exit code of its own. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
