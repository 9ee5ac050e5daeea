/** The demo's one line: what `fleetune show --json` says, in short. */
export function demoResult({ tuningJob, trainingJobs }) {
  const counts = tuningJob.trainingJobCounts;
  const best = tuningJob.bestTrainingJob?.tuning;
  const startups = trainingJobs.flatMap((job) => (job.startupMs === undefined ? [] : [job.startupMs / 1000]));
  return {
    tuningJob: tuningJob.name,
    status: tuningJob.status,
    trainingJobs: trainingJobs.length,
    completed: counts.completed,
    failed: counts.nonRetryableError + counts.retryableError,
    best:
      best === undefined
        ? null
        : { metric: tuningJob.objective.metric, value: best.objectiveValue, hyperparameters: best.configuration },
    wallSeconds: rounded(((tuningJob.endTimeMs ?? Date.now()) - tuningJob.creationTimeMs) / 1000),
    startupSeconds: { p50: quantile(startups, 0.5), p99: quantile(startups, 0.99) },
  };
}

/** The smallest value that at least the given share of all values does not exceed; null without values. */
function quantile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
}

function rounded(seconds) {
  return Math.round(seconds * 1000) / 1000;
}
