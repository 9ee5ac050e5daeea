import type { ParameterRange } from '@fleetune/domain';
import { fitLandscape, type Landscape } from '@fleetune/search/landscape';
import { type ParameterScale, parameterScale, type ShownRange } from '../axis.js';
import type { LandscapeQuestion } from './landscape-question.js';

/** What the model expects along one hyperparameter, the others as in the configuration that was asked for. */
export interface Slice {
  readonly name: string;
  readonly points: readonly Expected[];
}

interface Expected {
  /** Where it lies on the hyperparameter's axis. */
  readonly place: number;
  readonly mean: number;
  /** One standard deviation. */
  readonly deviation: number;
}

/** What the model expects over two hyperparameters, in rectangles. */
interface Contour {
  readonly x: string;
  readonly y: string;
  readonly cells: readonly ContourCell[];
}

interface ContourCell {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
  readonly mean: number;
  readonly deviation: number;
}

export interface LandscapeAnswer {
  readonly trialCount: number;
  readonly slices: readonly Slice[];
  readonly contour: Contour | undefined;
}

const SLICE_POINTS = 60;
const CONTOUR_CELLS = 32;

/** Fits the model and looks at it where the question says. */
export function answerLandscape({ ranges, trials, at, pair }: LandscapeQuestion): LandscapeAnswer {
  const landscape = fitLandscape(ranges as readonly ParameterRange[], trials);
  return {
    trialCount: trials.length,
    slices: ranges.map((range) => slice(landscape, range, at)),
    contour: pair === undefined ? undefined : contour(landscape, ranges, at, pair),
  };
}

function slice(landscape: Landscape, range: ShownRange, at: LandscapeQuestion['at']): Slice {
  const scale = parameterScale(range);
  const places =
    scale.kind === 'category'
      ? scale.values.map((_, place) => place)
      : Array.from({ length: SLICE_POINTS }, (_, step) => placeAt(range, scale, step / (SLICE_POINTS - 1)));
  const points = places.map((place) => ({
    place,
    ...landscape.predict({ ...at, [range.name]: valueAt(range, scale, place) }),
  }));
  return { name: range.name, points };
}

function contour(
  landscape: Landscape,
  ranges: readonly ShownRange[],
  at: LandscapeQuestion['at'],
  [xName, yName]: readonly [string, string],
): Contour | undefined {
  const [x, y] = [xName, yName].map((name) => ranges.find((range) => range.name === name));
  if (x === undefined || y === undefined) return undefined;
  const [xScale, yScale] = [parameterScale(x), parameterScale(y)];
  const edges = (range: ShownRange, scale: ParameterScale) =>
    Array.from({ length: CONTOUR_CELLS + 1 }, (_, step) => placeAt(range, scale, step / CONTOUR_CELLS));
  const middle = (range: ShownRange, scale: ParameterScale, step: number) =>
    valueAt(range, scale, placeAt(range, scale, (step + 0.5) / CONTOUR_CELLS));
  const [xEdges, yEdges] = [edges(x, xScale), edges(y, yScale)];
  const cells: ContourCell[] = [];
  for (let column = 0; column < CONTOUR_CELLS; column += 1) {
    for (let row = 0; row < CONTOUR_CELLS; row += 1) {
      const values = { [xName]: middle(x, xScale, column), [yName]: middle(y, yScale, row) };
      cells.push({
        x: [xEdges[column] ?? 0, xEdges[column + 1] ?? 0],
        y: [yEdges[row] ?? 0, yEdges[row + 1] ?? 0],
        ...landscape.predict({ ...at, ...values }),
      });
    }
  }
  return { x: xName, y: yName, cells };
}

/** @param unit from 0 to 1, in even steps of the scale that the search walks. */
function placeAt({ min = 0, max = 1 }: ShownRange, { kind }: ParameterScale, unit: number): number {
  if (kind === 'linear' || kind === 'category') return min + (max - min) * unit;
  const [low, high] = kind === 'log' ? [min, max] : [1 - min, 1 - max];
  return low * (high / low) ** unit;
}

function valueAt(range: ShownRange, scale: ParameterScale, place: number): number | string {
  if (scale.kind === 'category') return scale.values[place] ?? '';
  const value = scale.kind === 'reverseLog' ? 1 - place : place;
  return range.kind === 'integer' ? Math.round(value) : value;
}
