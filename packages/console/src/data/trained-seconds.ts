interface Trained {
  readonly trainingStartTimeMs?: number | undefined;
  readonly trainingEndTimeMs?: number | undefined;
  readonly trainingTimeSeconds?: number | undefined;
  readonly attemptCount: number;
}

/** How long a training job trained: finer than the whole seconds of the accounts, where it ran in one attempt. */
export function trainedSeconds(job: Trained): number | undefined {
  const { trainingStartTimeMs: startMs, trainingEndTimeMs: endMs, attemptCount } = job;
  if (startMs === undefined || endMs === undefined || attemptCount > 1) return job.trainingTimeSeconds;
  return (endMs - startMs) / 1000;
}
