import type { TuningJob } from '@fleetune/api/contract';
import { Fragment } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { foldSpread } from '../../charts/fold-spread-data.js';
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

const WARM_STARTS: Readonly<Record<string, string>> = {
  IdenticalDataAndAlgorithm: 'same data and algorithm',
  TransferLearning: 'transfer learning',
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
            'Cross-validation': folds(job),
            'Starts from': parents(job),
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
      <section className="card stack" aria-label="Best training job">
        <h2>Best training job</h2>
        <Best job={job} best={job.bestTrainingJob} />
        <OverallBest job={job} />
      </section>
    </div>
  );
}

function Best({ job, best }: { readonly job: TuningJob; readonly best: TuningJob['bestTrainingJob'] }) {
  if (best?.tuning === undefined) return <p className="quiet">None has completed with an objective yet.</p>;
  const spread = foldSpread(best, job.objective);
  return (
    <>
      <p>
        <strong className="best-value number">{formatNumber(best.tuning.objectiveValue)}</strong>{' '}
        <span className="quiet">
          {spread === undefined ? '' : `± ${formatNumber(spread.standardError)} `}
          {job.objective.metric}
        </span>
        <br />
        <Link href={addresses.trainingJob(best.name)}>{best.name}</Link>
      </p>
      <Facts
        facts={Object.fromEntries(
          Object.entries(best.tuning.configuration).map(([name, value]) => [name, formatNumber(value)]),
        )}
      />
    </>
  );
}

/** Where a parent of this tuning job has a better one. */
function OverallBest({ job }: { readonly job: TuningJob }) {
  const best = job.overallBestTrainingJob;
  if (best?.tuning === undefined) return null;
  if (best.name === job.bestTrainingJob?.name) return <p className="quiet">None of its parents has a better one.</p>;
  return (
    <Notice title="A parent has a better one.">
      {formatNumber(best.tuning.objectiveValue)}, <Link href={addresses.trainingJob(best.name)}>{best.name}</Link> of{' '}
      <Link href={addresses.tuningJob(best.tuning.tuningJobName)}>{best.tuning.tuningJobName}</Link>
    </Notice>
  );
}

function folds({ crossValidation }: TuningJob): string | undefined {
  if (crossValidation === undefined) return undefined;
  const repeated = crossValidation.repeats > 1 ? `, ${crossValidation.repeats} times` : '';
  return `${crossValidation.folds} folds${repeated} (${crossValidation.method})`;
}

function parents({ warmStart }: TuningJob) {
  if (warmStart === undefined) return undefined;
  return (
    <>
      {warmStart.parents.map((parent, place) => (
        <Fragment key={parent}>
          {place === 0 ? '' : ', '}
          <Link href={addresses.tuningJob(parent)}>{parent}</Link>
        </Fragment>
      ))}{' '}
      <span className="quiet">({WARM_STARTS[warmStart.type] ?? warmStart.type})</span>
    </>
  );
}

function tags(job: TuningJob): string | undefined {
  const shown = Object.entries(job.tags).map(([key, value]) => `${key}=${value}`);
  return shown.length === 0 ? undefined : shown.join(', ');
}
