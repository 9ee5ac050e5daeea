/** The changing part of a training job that has not started. */
export function newTrainingJobProgress(nowMs: number) {
  return {
    status: 'InProgress' as const,
    secondaryStatus: 'Starting' as const,
    transitions: [{ status: 'Starting' as const, startTimeMs: nowMs, statusMessage: 'Waiting for a free instance' }],
    fence: 0,
    endedAttempts: [],
    internalErrors: 0,
    interruptions: 0,
    losses: 0,
    notBeforeMs: 0,
    trainingMs: 0,
    billableMs: 0,
    finalMetrics: [],
    lastModifiedAtMs: nowMs,
  };
}
