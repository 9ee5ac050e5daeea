/** Why a program was started cold. */
export type ColdReason =
  /** Not a run of a Python interpreter, or one with options. */
  | 'not-python'
  /** A variable of the job decides what the interpreter imports. */
  | 'variable'
  /** The job brings a module of the name of one that the zygote holds. */
  | 'own-module'
  /** The command or variables are too long to be passed on. */
  | 'too-long'
  /** The first of its kind, and not known to be one of many. */
  | 'first'
  /** Its zygote is still importing. */
  | 'warming'
  /** There is no memory for one more zygote. */
  | 'no-room'
  /** A zygote of its kind broke, or cannot be made; no other is tried. */
  | 'broken'
  /** The zygote was there and did not give the program. */
  | 'fallback';

/** Why a zygote was ended. */
export type EndReason = 'idle' | 'changed' | 'worn' | 'grown' | 'broken' | 'no-room' | 'closed';

/** What zygotes did since the agent started, and what there is now. */
export interface ZygoteStatistics {
  readonly forks: number;
  readonly cold: Readonly<Partial<Record<ColdReason, number>>>;
  readonly started: number;
  readonly ended: Readonly<Partial<Record<EndReason, number>>>;
  readonly alive: number;
  /** Of all that are alive, what they share with their children included. */
  readonly residentBytes: number;
}

export function increment<Name extends string>(counts: Partial<Record<Name, number>>, name: Name): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
