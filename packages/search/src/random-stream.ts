import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** An endless source of random numbers. */
export interface RandomStream {
  /** In [0, 1), 53 random bits. */
  uniform(): number;
  /** An integer in [0, bound), `bound` up to 2^53. */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** 32 random bits as an unsigned integer. */
  bits(): number;
}

/**
 * The stream that belongs to a seed, a purpose and the indices within it. Streams of different names are independent,
 * so a suggestion's numbers do not depend on the order in which suggestions are made.
 */
export function randomStream(seed: number, purpose: string, ...indices: readonly number[]): RandomStream {
  const generator = xoroshiro128plusFromState(hash128([seed, purpose, ...indices].join('/')));
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    below: (bound) => Math.min(bound - 1, Math.floor(uniform() * bound)),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    bits: () => generator.next() >>> 0,
  };
}

const LANE_SEEDS = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x85a308d3] as const;
const LANE_FACTORS = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1] as const;

/** Four differently seeded multiply-xor hashes; not cryptographic, but every bit of the text moves every bit of the state. */
function hash128(text: string): number[] {
  const lanes = LANE_SEEDS.map((laneSeed, lane) => {
    let hash = laneSeed as number;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), LANE_FACTORS[lane] as number);
      hash = (hash << 13) | (hash >>> 19);
    }
    return finalise(hash ^ text.length);
  });
  // An all-zero state would stay zero for ever.
  return lanes.every((lane) => lane === 0) ? [...LANE_SEEDS] : lanes;
}

/** MurmurHash3's 32-bit finaliser. */
function finalise(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
