import { addScaled, dot } from './vector.js';

/** Diagonal additions tried in turn, as fractions of the mean diagonal, when a matrix is not positive definite. */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2] as const;

/** Least pivot an appended row may have, as a fraction of its diagonal: a point told twice without noise has none. */
const LEAST_PIVOT = 1e-10;

/** The lower-triangular factor L of a symmetric positive definite matrix A = L L^T that can grow row by row. */
export class Cholesky {
  #size = 0;
  #stride: number;
  #rows: Float64Array;

  constructor(capacity = 16) {
    this.#stride = Math.max(1, capacity);
    this.#rows = new Float64Array(this.#stride * this.#stride);
  }

  get size(): number {
    return this.#size;
  }

  /** Element (row, column) of L, column <= row. */
  at(row: number, column: number): number {
    return this.#rows[row * this.#stride + column] as number;
  }

  /**
   * Replaces the factor by that of `matrix` (row-major, `size` x `size`, lower triangle read), with as little added to
   * the diagonal as makes it positive definite.
   *
   * @returns what was added to the diagonal; NaN when nothing helped, and the factor is then empty.
   */
  factorise(matrix: Float64Array, size: number): number {
    this.#reserve(size);
    let trace = 0;
    for (let i = 0; i < size; i++) trace += matrix[i * size + i] as number;
    for (const jitter of JITTERS) {
      const added = (jitter * trace) / Math.max(1, size);
      if (this.#tryFactorise(matrix, size, added)) {
        this.#size = size;
        return added;
      }
    }
    this.#size = 0;
    return Number.NaN;
  }

  /** Forgets all rows from `size` on. */
  truncate(size: number): void {
    this.#size = Math.min(this.#size, size);
  }

  /**
   * Adds one row to A: its covariances with the present rows, then its diagonal element. O(size^2).
   */
  append(covariances: Float64Array, diagonal: number): void {
    const n = this.#size;
    this.#reserve(n + 1);
    const start = n * this.#stride;
    this.#rows.set(covariances.subarray(0, n), start);
    this.#solveLowerAt(this.#rows, start);
    const pivot = diagonal - dot(this.#rows, start, this.#rows, start, n);
    this.#rows[start + n] = Math.sqrt(Math.max(pivot, LEAST_PIVOT * diagonal));
    this.#size = n + 1;
  }

  /** Solves L x = b in place. */
  solveLower(b: Float64Array): void {
    this.#solveLowerAt(b, 0);
  }

  /** Solves L^T x = b in place. */
  solveUpper(b: Float64Array): void {
    for (let i = this.#size - 1; i >= 0; i--) {
      const start = i * this.#stride;
      const x = (b[i] as number) / (this.#rows[start + i] as number);
      b[i] = x;
      addScaled(b, 0, -x, this.#rows, start, i);
    }
  }

  /** Solves A x = b in place. */
  solve(b: Float64Array): void {
    this.solveLower(b);
    this.solveUpper(b);
  }

  /** log det A */
  logDeterminant(): number {
    let sum = 0;
    for (let i = 0; i < this.#size; i++) sum += Math.log(this.#rows[i * this.#stride + i] as number);
    return 2 * sum;
  }

  /** Writes the lower triangle of A^-1 into `inverse`, row-major, size x size; the rest of `inverse` is scratch. */
  inverseLower(inverse: Float64Array): void {
    const n = this.#size;
    // Row j of U holds column j of L^-1, so that every product below runs along rows.
    const columns = new Float64Array(n * n);
    for (let j = 0; j < n; j++) {
      const column = j * n;
      columns[column + j] = 1 / (this.#rows[j * this.#stride + j] as number);
      for (let i = j + 1; i < n; i++) {
        const row = i * this.#stride;
        columns[column + i] = -dot(this.#rows, row + j, columns, column + j, i - j) / (this.#rows[row + i] as number);
      }
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) inverse[i * n + j] = dot(columns, i * n + i, columns, j * n + i, n - i);
    }
  }

  #solveLowerAt(b: Float64Array, offset: number): void {
    for (let i = 0; i < this.#size; i++) {
      const start = i * this.#stride;
      b[offset + i] =
        ((b[offset + i] as number) - dot(this.#rows, start, b, offset, i)) / (this.#rows[start + i] as number);
    }
  }

  #tryFactorise(matrix: Float64Array, size: number, jitter: number): boolean {
    const rows = this.#rows;
    for (let i = 0; i < size; i++) {
      const row = i * this.#stride;
      for (let j = 0; j < i; j++) {
        const other = j * this.#stride;
        rows[row + j] =
          ((matrix[i * size + j] as number) - dot(rows, row, rows, other, j)) / (rows[other + j] as number);
      }
      const pivot = (matrix[i * size + i] as number) + jitter - dot(rows, row, rows, row, i);
      if (!(pivot > 0) || !Number.isFinite(pivot)) return false;
      rows[row + i] = Math.sqrt(pivot);
    }
    return true;
  }

  #reserve(size: number): void {
    if (size <= this.#stride) return;
    const stride = Math.max(size, Math.ceil(this.#stride * 1.5));
    const rows = new Float64Array(stride * stride);
    for (let i = 0; i < this.#size; i++) {
      rows.set(this.#rows.subarray(i * this.#stride, i * this.#stride + i + 1), i * stride);
    }
    this.#rows = rows;
    this.#stride = stride;
  }
}
