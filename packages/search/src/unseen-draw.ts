import type { Configuration } from '@fleetune/domain';
import type { SearchSpace } from './space.js';

const FINITE_SPACE_DRAWS = 64;
const CONTINUOUS_SPACE_DRAWS = 1_000;

/**
 * Draws until a configuration turns up that is not seen. In a finite space that is nearly used up, the first unseen
 * configuration after a random one is taken, so that a search ends exactly when nothing is left.
 *
 * @param draw a point of the unit cube for each attempt, from 0.
 * @param uniform a number in [0, 1) that says where the walk through a finite space starts.
 * @returns undefined when nothing new is left.
 */
export function drawUnseen(
  space: SearchSpace,
  isSeen: (configuration: Configuration) => boolean,
  draw: (attempt: number) => ArrayLike<number>,
  uniform: () => number,
): Configuration | undefined {
  const isEnumerable = space.size <= Number.MAX_SAFE_INTEGER;
  const draws = isEnumerable ? FINITE_SPACE_DRAWS : CONTINUOUS_SPACE_DRAWS;
  for (let attempt = 0; attempt < draws; attempt++) {
    const configuration = space.decode(draw(attempt));
    if (!isSeen(configuration)) return configuration;
  }
  return isEnumerable ? firstUnseen(space, isSeen, Math.floor(uniform() * space.size)) : undefined;
}

function firstUnseen(
  space: SearchSpace,
  isSeen: (configuration: Configuration) => boolean,
  start: number,
): Configuration | undefined {
  for (let step = 0; step < space.size; step++) {
    const configuration = space.at((start + step) % space.size);
    if (!isSeen(configuration)) return configuration;
  }
  return undefined;
}
