import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useTrainingJobs, useTuningJob } from '../../data/queries.js';
import { ErrorNotice } from '../../design/notice.js';
import { StatusBadge } from '../../design/status-badge.js';
import { Tabs } from '../../design/tabs.js';
import { JobConfigurationView } from '../job-configuration-view.js';
import { StopButton } from '../stop-button.js';
import { Results } from './results.js';
import { TuningJobSummary } from './tuning-job-summary.js';

const TABS = [
  { name: 'results', title: 'Results' },
  { name: 'configuration', title: 'Configuration' },
] as const;

export default function TuningJobPage({ name }: { readonly name: string }) {
  const { data: job, error } = useTuningJob(name);
  const trainingJobs = useTrainingJobs(name);
  const [tab, setTab] = useState<(typeof TABS)[number]['name']>('results');
  return (
    <main className="page">
      <div className="page-head">
        <h1>{name}</h1>
        {job === undefined ? null : <StatusBadge status={job.status} note={job.completionReason} />}
        <div className="page-actions">
          <Link className="button" href={addresses.clone(name)}>
            Clone
          </Link>
          {job === undefined ? null : <StopButton kind="tuning" name={name} status={job.status} />}
        </div>
      </div>
      {error === null ? null : <ErrorNotice what="This tuning job cannot be read." error={error} />}
      {trainingJobs.error === null ? null : (
        <ErrorNotice what="Its training jobs cannot be read." error={trainingJobs.error} />
      )}
      {job === undefined ? null : (
        <>
          <TuningJobSummary job={job} />
          <Tabs label="What is shown of this tuning job" tabs={TABS} selected={tab} onSelect={setTab}>
            {tab === 'results' ? (
              <Results job={job} trainingJobs={trainingJobs.data} loading={trainingJobs.isFetching} />
            ) : (
              <JobConfigurationView kind="tuning" name={name} />
            )}
          </Tabs>
        </>
      )}
    </main>
  );
}
