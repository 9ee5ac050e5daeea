/** A point; both values are finite. */
export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly kind: 'line' | 'points';
  readonly points: readonly Point[];
}

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'logarithmic';
  /** Names of the values 0, 1, 2 ... where they are no numbers. */
  readonly categories?: readonly string[];
}

/** What is to be seen, whatever it is drawn with. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** There is nothing to draw, or no such thing to draw. The message says what there is. */
export class NothingToDrawError extends Error {
  override readonly name = 'NothingToDrawError';
}
