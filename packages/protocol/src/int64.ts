/** Whole milliseconds or bytes as the wire's 64-bit integer; what is not a finite number becomes 0. */
export function toInt64(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.round(value)) : 0n;
}

export function fromInt64(value: bigint): number {
  return Number(value);
}
