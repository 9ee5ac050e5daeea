import type { TuningJob } from '@fleetune/api/contract';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useNow } from '../../data/use-now.js';
import { Facts } from '../../design/facts.js';
import { formatDuration, formatNumber, formatTime } from '../../design/format.js';
import { Notice } from '../../design/notice.js';
import { ProgressBar } from '../../design/progress-bar.js';

/** Why a search launched no more training jobs, in a sentence. */
const COMPLETION_REASONS: Readonly<Record<string, string>> = {
  MaxTrainingJobsReached: 'It has launched as many training jobs as it may.',
  SearchSpaceExhausted: 'Every combination has been tried.',
  TargetObjectiveReached: 'The objective has reached its target.',
  NotImproving: 'The best objective has not improved for the number of training jobs that was set.',
  Converged: 'The search has converged: nothing better is to be expected.',
  MaxRuntimeReached: 'It has run for as long as it may.',
  StoppedByUser: 'Somebody stopped it.',
  AllTrainingJobsFailed: 'Every training job failed.',
};

/** How it stands, and what was best. */
export function TuningJobSummary({ job }: { readonly job: TuningJob }) {
  const running = job.status === 'InProgress' || job.status === 'Stopping';
  const nowMs = useNow(running);
  const seconds = ((job.endTimeMs ?? nowMs) - job.creationTimeMs) / 1000;
  return (
    <div className="summary">
      <section className="card stack" aria-label="Summary">
        <ProgressBar job={job} />
        <Facts
          facts={{
            Objective: `${job.objective.type.toLowerCase()} ${job.objective.metric}`,
            Strategy: job.strategy,
            'At the same time': job.limits.maxParallelTrainingJobs,
            'Early stopping': job.earlyStopping,
            Created: formatTime(job.creationTimeMs),
            [running ? 'Running for' : 'Took']: formatDuration(seconds),
            'Training time': formatDuration(job.consumedRuntimeSeconds),
            Seed: job.seed,
            Tags: tags(job),
          }}
        />
        {job.completionReason === undefined ? null : (
          <Notice>{COMPLETION_REASONS[job.completionReason] ?? job.completionReason}</Notice>
        )}
        {job.failureReason === undefined ? null : (
          <Notice kind="danger" title="It failed.">
            <pre>{job.failureReason}</pre>
          </Notice>
        )}
      </section>
      <Best job={job} />
    </div>
  );
}

function Best({ job }: { readonly job: TuningJob }) {
  const best = job.bestTrainingJob;
  return (
    <section className="card stack" aria-label="Best training job">
      <h2>Best training job</h2>
      {best?.tuning === undefined ? (
        <p className="quiet">None has completed with an objective yet.</p>
      ) : (
        <>
          <p>
            <strong className="best-value number">{formatNumber(best.tuning.objectiveValue)}</strong>{' '}
            <span className="quiet">{job.objective.metric}</span>
            <br />
            <Link href={addresses.trainingJob(best.name)}>{best.name}</Link>
          </p>
          <Facts
            facts={Object.fromEntries(
              Object.entries(best.tuning.configuration).map(([name, value]) => [name, formatNumber(value)]),
            )}
          />
        </>
      )}
    </section>
  );
}

function tags(job: TuningJob): string | undefined {
  const shown = Object.entries(job.tags).map(([key, value]) => `${key}=${value}`);
  return shown.length === 0 ? undefined : shown.join(', ');
}
