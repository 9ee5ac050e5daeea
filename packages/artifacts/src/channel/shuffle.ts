/**
 * The items in an order that seed and epoch decide, the same on every host.
 *
 * @param seed any integer; @param epoch counts the passes over the data from 0.
 */
export function shuffled<T>(items: readonly T[], seed: number, epoch: number): T[] {
  const random = splitMix32(
    Math.imul(seed | 0, 0x9e3779b1) ^ Math.trunc(seed / 2 ** 32) ^ Math.imul(epoch + 1, 0x85ebca6b),
  );
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

/** SplitMix with 32 bits of state: numbers from 0 to below 1. */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
