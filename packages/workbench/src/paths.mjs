import { fileURLToPath } from 'node:url';

/** Root of the checkout, with a trailing slash. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Everything the chores make that is worth keeping between runs, and nothing that must be kept. */
export const CACHE = `${ROOT}.fleetune/`;

/** Python environments, shared by the demo, the tests and the benchmarks. */
export const PYTHON_ENVIRONMENTS = `${CACHE}python`;
