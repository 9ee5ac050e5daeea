import { type RandomStream, randomStream } from './random-stream.js';
import { JOE_KUO } from './sobol-directions.js';

const BITS = 32;

/** Dimensions past this one are filled with independent random numbers. */
export const SOBOL_DIMENSIONS = JOE_KUO.length + 1;

/**
 * A scrambled Sobol sequence: random linear matrix scrambling and a digital shift (Matousek 1998), which keep the
 * sequence's balance and make every point uniform on its own.
 */
export class SobolSequence {
  readonly #seed: number;
  readonly #purpose: string;
  readonly #dimension: number;
  readonly #directions: readonly Uint32Array[];
  readonly #shifts: Uint32Array;

  /** Sequences of the same seed and purpose are the same. */
  constructor(dimension: number, seed: number, purpose: string) {
    const stream = randomStream(seed, purpose);
    const known = Math.min(dimension, SOBOL_DIMENSIONS);
    this.#seed = seed;
    this.#purpose = purpose;
    this.#dimension = dimension;
    this.#directions = Array.from({ length: known }, (_, k) => scramble(directionNumbers(k), stream));
    this.#shifts = Uint32Array.from({ length: known }, () => stream.bits());
  }

  /** Point number `index`, 0 to 2^32 - 1, with coordinates in (0, 1). */
  point(index: number): Float64Array {
    const gray = (index ^ (index >>> 1)) >>> 0;
    const point = new Float64Array(this.#dimension);
    this.#directions.forEach((directions, k) => {
      let bits = this.#shifts[k] as number;
      for (let rest = gray, j = 0; rest !== 0; rest >>>= 1, j++) if (rest & 1) bits ^= directions[j] as number;
      point[k] = ((bits >>> 0) + 0.5) / 2 ** BITS;
    });
    if (this.#dimension > SOBOL_DIMENSIONS) {
      const stream = randomStream(this.#seed, this.#purpose, index);
      for (let k = SOBOL_DIMENSIONS; k < this.#dimension; k++) point[k] = stream.uniform();
    }
    return point;
  }
}

/** v_1 to v_32 of a dimension counted from 0, the binary point before the top bit. */
function directionNumbers(dimension: number): Uint32Array {
  const directions = new Uint32Array(BITS);
  if (dimension === 0) return directions.map((_, j) => 2 ** (BITS - 1 - j));
  const [polynomial, ...initial] = JOE_KUO[dimension - 1] as readonly [number, ...number[]];
  const degree = initial.length;
  for (let j = 0; j < BITS; j++) {
    if (j < degree) {
      directions[j] = (initial[j] as number) << (BITS - 1 - j);
      continue;
    }
    const back = directions[j - degree] as number;
    let next = back ^ (back >>> degree);
    for (let k = 1; k < degree; k++) {
      if ((polynomial >>> (degree - k)) & 1) next ^= directions[j - k] as number;
    }
    directions[j] = next;
  }
  return directions;
}

/** Multiplies by a random lower-triangular bit matrix with ones on its diagonal. */
function scramble(directions: Uint32Array, stream: RandomStream): Uint32Array {
  const rows = Uint32Array.from({ length: BITS }, (_, row) => {
    const diagonal = 2 ** (BITS - 1 - row);
    const above = (0xffffffff << (BITS - 1 - row)) << 1;
    return ((stream.bits() & above) | diagonal) >>> 0;
  });
  return directions.map((direction) => {
    let scrambled = 0;
    for (let row = 0; row < BITS; row++) {
      if (parity(direction & (rows[row] as number))) scrambled |= 1 << (BITS - 1 - row);
    }
    return scrambled >>> 0;
  });
}

function parity(bits: number): number {
  let folded = bits ^ (bits >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  return (0x6996 >>> (folded & 15)) & 1;
}
