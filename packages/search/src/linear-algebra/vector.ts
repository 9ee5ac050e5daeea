/** Sum over k < length of a[aStart + k] * b[bStart + k]. Four running sums let the processor overlap the additions. */
export function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += (a[aStart + k] as number) * (b[bStart + k] as number);
    s1 += (a[aStart + k + 1] as number) * (b[bStart + k + 1] as number);
    s2 += (a[aStart + k + 2] as number) * (b[bStart + k + 2] as number);
    s3 += (a[aStart + k + 3] as number) * (b[bStart + k + 3] as number);
  }
  for (; k < length; k++) s0 += (a[aStart + k] as number) * (b[bStart + k] as number);
  return s0 + s1 + (s2 + s3);
}

/** target[targetStart + k] += factor * source[sourceStart + k] for k < length. */
export function addScaled(
  target: Float64Array,
  targetStart: number,
  factor: number,
  source: Float64Array,
  sourceStart: number,
  length: number,
): void {
  for (let k = 0; k < length; k++) {
    target[targetStart + k] = (target[targetStart + k] as number) + factor * (source[sourceStart + k] as number);
  }
}
