import type { Socket } from 'node:net';

/** What a zygote imports for. */
export interface ZygoteHello {
  readonly sources: readonly string[];
  readonly allowed: readonly string[];
  readonly excluded: readonly string[];
}

/** One program to fork. Paths are as the zygote sees them. */
export interface ForkRequest {
  readonly id: number;
  readonly command: readonly string[];
  readonly kind: 'file' | 'code' | 'module';
  readonly target: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  /** Becomes the program's /opt/ml. */
  readonly root: string;
  /** Pairs of source and, below `root`, target. */
  readonly mounts: readonly (readonly [string, string])[];
  /** The pipe to print to. */
  readonly output: string;
  readonly networkIsolation: boolean;
  readonly droppedCapabilities: readonly number[];
  readonly keepOtherCapabilities: boolean;
  readonly noNewPrivileges: boolean;
}

export type ZygoteEvent =
  /** An import failed or started a thread: a zygote without the module has to be made. The zygote has ended. */
  | { readonly event: 'unsafe'; readonly module: string; readonly reason: string }
  | {
      readonly event: 'ready';
      /** In the zygote's own PID namespace. */
      readonly pid: number;
      /** Top-level names that it has imported. */
      readonly modules: readonly string[];
      readonly residentBytes: number;
      readonly packageFolders: readonly string[];
    }
  | { readonly event: 'forked'; readonly id: number; readonly pid: number; readonly residentBytes: number }
  | { readonly event: 'refused'; readonly id: number; readonly reason: string }
  /** The walls could not be put up; the child has ended. */
  | { readonly event: 'failed'; readonly id: number; readonly reason: string }
  /** The next instruction is the program's own. */
  | { readonly event: 'running'; readonly id: number }
  | { readonly event: 'ended'; readonly id: number; readonly exitCode: number };

/** Calls `onEvent` with each line that a zygote of ours writes. */
export function readEvents(socket: Socket, onEvent: (event: ZygoteEvent) => void): void {
  let unread = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) onEvent(JSON.parse(line) as ZygoteEvent);
  });
}
