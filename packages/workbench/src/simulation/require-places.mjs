import { requirePlaces } from './mutated-scheduler.mjs';
import { PLANTED_BUGS } from './planted-bugs.mjs';

// A check of `npm run lint`: a bug that has lost its place is seen before anything is simulated.
requirePlaces(PLANTED_BUGS);
