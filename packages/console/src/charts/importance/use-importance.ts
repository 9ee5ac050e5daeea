import { useEffect, useRef, useState } from 'react';
import type { FeatureMatrix } from './feature-matrix.js';
import type { ImportanceResult } from './permutation-importance.js';

/** Importances of the newest matrix that the worker has got round to. */
export function useImportance(matrix: FeatureMatrix | undefined): ImportanceResult | undefined {
  const worker = useRef<Worker>(undefined);
  const busy = useRef(false);
  const next = useRef<FeatureMatrix>(undefined);
  const [result, setResult] = useState<ImportanceResult>();

  useEffect(() => {
    const started = new Worker(new URL('./importance.worker.ts', import.meta.url), { type: 'module' });
    worker.current = started;
    started.addEventListener('message', (message: MessageEvent<ImportanceResult>) => {
      setResult(message.data);
      busy.current = next.current !== undefined;
      if (next.current !== undefined) started.postMessage(next.current);
      next.current = undefined;
    });
    return () => started.terminate();
  }, []);

  useEffect(() => {
    if (matrix === undefined || worker.current === undefined) return;
    if (busy.current) next.current = matrix;
    else worker.current.postMessage(matrix);
    busy.current = true;
  }, [matrix]);

  return result;
}
