import type { FeatureMatrix } from './feature-matrix.js';
import { permutationImportance } from './permutation-importance.js';
import { seededRandom } from './seeded-random.js';

const SEED = 1;

// Forests take a second or so: they are grown beside the page, not in it.
self.addEventListener('message', (message: MessageEvent<FeatureMatrix>) => {
  self.postMessage(permutationImportance(message.data, seededRandom(SEED)));
});
