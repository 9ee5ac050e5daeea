import type { TrainingJob } from '@fleetune/api/contract';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { MetricCurves } from '../../charts/metric-curves.js';
import { metricCharts } from '../../charts/metric-curves-data.js';
import { useMetrics, useTrainingJob } from '../../data/queries.js';
import { trainedSeconds } from '../../data/trained-seconds.js';
import { Facts } from '../../design/facts.js';
import { formatDuration, formatNumber, formatTime } from '../../design/format.js';
import { ErrorNotice, Notice } from '../../design/notice.js';
import { StatusBadge } from '../../design/status-badge.js';
import { Tabs } from '../../design/tabs.js';
import { JobConfigurationView } from '../job-configuration-view.js';
import { StopButton } from '../stop-button.js';
import { Folds } from './folds.js';
import { Hyperparameters } from './hyperparameters.js';
import { TrainingLog } from './training-log.js';
import { Transitions } from './transitions.js';

const TABS = [
  { name: 'metrics', title: 'Metrics' },
  { name: 'log', title: 'Log' },
  { name: 'hyperparameters', title: 'Hyperparameters' },
  { name: 'transitions', title: 'Transitions' },
  { name: 'configuration', title: 'Configuration' },
] as const;
const FOLDS = { name: 'folds', title: 'Folds' } as const;

export default function TrainingJobPage({ name }: { readonly name: string }) {
  const { data: job, error } = useTrainingJob(name);
  const [chosen, setTab] = useState<(typeof TABS)[number]['name'] | 'folds'>();
  const folded = job !== undefined && isCrossValidated(job);
  const tab = chosen ?? (folded ? 'folds' : 'metrics');
  return (
    <main className="page">
      <div className="page-head">
        <h1>{name}</h1>
        {job === undefined ? null : <StatusBadge status={job.status} note={job.secondaryStatus} />}
        <div className="page-actions">
          {job?.tuning === undefined ? null : (
            <Link className="button" href={addresses.tuningJob(job.tuning.tuningJobName)}>
              Its tuning job
            </Link>
          )}
          {job === undefined ? null : <StopButton kind="training" name={name} status={job.status} />}
        </div>
      </div>
      {error === null ? null : <ErrorNotice what="This training job cannot be read." error={error} />}
      {job === undefined ? null : (
        <>
          <Summary job={job} />
          <Tabs
            label="What is shown of this training job"
            tabs={folded ? [FOLDS, ...TABS] : TABS}
            selected={tab}
            onSelect={setTab}
          >
            {tab === 'folds' ? <Folds job={job} /> : null}
            {tab === 'metrics' ? <Metrics job={job} /> : null}
            {tab === 'log' ? <TrainingLog name={name} attempt={job.attemptCount} /> : null}
            {tab === 'hyperparameters' ? <Hyperparameters job={job} /> : null}
            {tab === 'transitions' ? <Transitions job={job} /> : null}
            {tab === 'configuration' ? <JobConfigurationView kind="training" name={name} /> : null}
          </Tabs>
        </>
      )}
    </main>
  );
}

/** It runs nothing itself: its folds do. */
function isCrossValidated({ tuning, attemptCount, transitions }: TrainingJob): boolean {
  return tuning !== undefined && attemptCount === 0 && transitions.some(({ status }) => status === 'Training');
}

function Summary({ job }: { readonly job: TrainingJob }) {
  return (
    <section className="card stack" aria-label="Summary">
      <Facts
        facts={{
          Objective: job.tuning === undefined ? undefined : formatNumber(job.tuning.objectiveValue),
          'Number in its tuning job': job.tuning === undefined ? undefined : job.tuning.index + 1,
          Created: formatTime(job.creationTimeMs),
          'Training began': formatTime(job.trainingStartTimeMs),
          'Training ended': formatTime(job.trainingEndTimeMs),
          Trained: formatDuration(trainedSeconds(job)),
          'From free slot to first output': job.startupMs === undefined ? undefined : `${Math.round(job.startupMs)} ms`,
          Instance: job.instanceType ?? '–',
          Attempts: job.attemptCount,
          Model: job.modelArtifactUri,
        }}
      />
      {job.failureReason === undefined ? null : (
        <Notice kind="danger" title="Why it failed:">
          <pre>{job.failureReason}</pre>
        </Notice>
      )}
    </section>
  );
}

function Metrics({ job }: { readonly job: TrainingJob }) {
  const running = job.status === 'InProgress' || job.status === 'Stopping';
  const { data: metrics, error } = useMetrics(job.name, running);
  const charts = useMemo(() => metricCharts([{ label: job.name, metrics: metrics ?? [] }]), [job.name, metrics]);
  if (error !== null) return <ErrorNotice what="The metrics cannot be read." error={error} />;
  if (charts.length === 0) {
    return <p className="quiet">{running ? 'No metric has been reported yet.' : 'It reported no metric.'}</p>;
  }
  return (
    <section className="charts charts-small" aria-label="Metrics">
      {charts.map((chart) => (
        <MetricCurves key={chart.metric} chart={chart} name={`${job.name}-${chart.metric}`} />
      ))}
    </section>
  );
}
