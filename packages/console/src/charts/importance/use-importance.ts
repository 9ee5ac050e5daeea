import { useWorkerAnswer } from '../../data/use-worker-answer.js';
import type { FeatureMatrix } from './feature-matrix.js';
import type { ImportanceResult } from './permutation-importance.js';

/** Importances of the newest matrix that the worker has got round to. */
export function useImportance(matrix: FeatureMatrix | undefined): ImportanceResult | undefined {
  return useWorkerAnswer<FeatureMatrix, ImportanceResult>(startWorker, matrix);
}

function startWorker(): Worker {
  return new Worker(new URL('./importance.worker.ts', import.meta.url), { type: 'module' });
}
