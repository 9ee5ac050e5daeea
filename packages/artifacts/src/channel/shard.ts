/** One of the hosts that run a training job together. */
export interface HostPlace {
  /** From 0 to `hostCount` - 1. */
  readonly hostIndex: number;
  readonly hostCount: number;
}

/** The items that one host gets of a list that all hosts have in the same order: every one goes to exactly one host. */
export function shardOf<T>(items: readonly T[], { hostIndex, hostCount }: HostPlace): T[] {
  return items.filter((_, position) => position % hostCount === hostIndex);
}
