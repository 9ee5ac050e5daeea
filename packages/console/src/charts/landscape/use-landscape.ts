import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { useMemo } from 'react';
import { useWorkerAnswer } from '../../data/use-worker-answer.js';
import type { LandscapeAnswer } from './answer-landscape.js';
import { type LandscapeQuestion, landscapeQuestion } from './landscape-question.js';

/** While results keep coming, the model is fitted again only so often. */
const REST_MS = 4_000;

/** The newest model that the worker has got round to; undefined while there is none. */
export function useLandscape(
  job: TuningJob,
  trainingJobs: readonly TrainingJobSummary[],
  pair: LandscapeQuestion['pair'],
): LandscapeAnswer | undefined {
  const ranges = job.definitions[0]?.ranges;
  const best = job.bestTrainingJob?.tuning?.configuration;
  const question = useMemo(
    () => landscapeQuestion(ranges ?? [], trainingJobs, best, pair),
    [ranges, trainingJobs, best, pair],
  );
  return useWorkerAnswer<LandscapeQuestion, LandscapeAnswer>(startWorker, question, REST_MS);
}

function startWorker(): Worker {
  return new Worker(new URL('./landscape.worker.ts', import.meta.url), { type: 'module' });
}
