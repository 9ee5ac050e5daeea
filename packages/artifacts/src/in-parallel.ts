/** How many objects travel side by side. */
const TRANSFERS_AT_ONCE = 8;

/** Does `work` for every item, a few at a time. Ends when none is at work any more; rejects with the first failure. */
export async function inParallel<T>(
  source: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<void>,
  atOnce: number = TRANSFERS_AT_ONCE,
): Promise<void> {
  const running = new Set<Promise<void>>();
  try {
    for await (const item of source) {
      const one = work(item).finally(() => running.delete(one));
      running.add(one);
      // Looked at below; until then it must not count as unhandled.
      one.catch(() => undefined);
      if (running.size >= atOnce) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
  }
}
