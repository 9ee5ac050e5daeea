import type { Axis } from '../axis.js';
import type { RandomStream } from '../random-stream.js';
import type { SobolSequence } from '../sobol-sequence.js';
import type { SearchSpace } from '../space.js';

/** Points spread over the whole cube: a Sobol sequence, shifted by a random vector. Discrete coordinates are snapped. */
export function spreadCandidates(
  space: SearchSpace,
  sequence: SobolSequence,
  count: number,
  stream: RandomStream,
): Float64Array[] {
  const shift = Float64Array.from({ length: space.dimension }, () => stream.uniform());
  return Array.from({ length: count }, (_, i) => {
    const point = sequence.point(i).map((unit, k) => (unit + (shift[k] as number)) % 1);
    space.snap(point);
    return point;
  });
}

/** Steps of every size around each of the `centres`, some along all coordinates and some along few. */
export function nearbyCandidates(
  space: SearchSpace,
  centres: readonly Float64Array[],
  count: number,
  stream: RandomStream,
): Float64Array[] {
  if (centres.length === 0) return [];
  return Array.from({ length: count }, (_, i) => {
    const point = Float64Array.from(centres[i % centres.length] as Float64Array);
    const size = 10 ** (-0.5 - 2.5 * stream.uniform());
    // Half of the steps move about two coordinates, the others about half of them.
    const share = Math.max(1.5 / space.dimension, stream.uniform() < 0.5 ? 0 : 0.5);
    const moved = stream.below(space.dimension);
    space.axes.forEach((axis, k) => {
      if (k === moved || stream.uniform() < share) point[k] = step(axis, point[k] as number, size, stream);
    });
    space.snap(point);
    return point;
  });
}

function step(axis: Axis, unit: number, size: number, stream: RandomStream): number {
  if (axis.range.kind === 'categorical') return stream.uniform();
  // At least about one cell of an integer range, or the step would be undone by rounding.
  const moved = unit + stream.normal() * Math.max(size, 0.75 / axis.cellCount);
  return Math.min(1, Math.max(0, moved < 0 ? -moved : moved > 1 ? 2 - moved : moved));
}
