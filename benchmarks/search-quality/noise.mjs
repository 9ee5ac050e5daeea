/** A standard normal number that is a function of its two arguments only, so that every optimiser meets the same noise. */
export function noiseOf(seed, evaluation) {
  const uniform = uniforms(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(evaluation + 1, 0x85ebca6b));
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Numbers in [0, 1) by the 32 bits of state they start from: Mulberry32. */
export function uniforms(state) {
  let current = state >>> 0;
  return () => {
    current = (current + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(current ^ (current >>> 15), current | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
