import { useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { MetricCurves } from '../../charts/metric-curves.js';
import { metricCharts } from '../../charts/metric-curves-data.js';
import { useComparedJobs } from '../../data/queries.js';
import { trainedSeconds } from '../../data/trained-seconds.js';
import { formatDuration, formatNumber } from '../../design/format.js';
import { ErrorNotice } from '../../design/notice.js';
import { StatusBadge } from '../../design/status-badge.js';
import { comparedHyperparameters } from './compared-hyperparameters.js';

/** Several training jobs side by side: what differs, and all curves over each other. */
export default function ComparePage() {
  const [search] = useSearchParams();
  const names = (search.get('jobs') ?? '').split(',').filter(Boolean);
  const answers = useComparedJobs(names);
  const loaded = answers.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const problems = answers.flatMap(({ error }) => (error === null ? [] : [error]));
  const jobs = loaded.map(({ job }) => job);
  const key = loaded.map(({ job, metrics }) => `${job.name} ${metrics.length}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new each time, what is in it is not.
  const charts = useMemo(() => metricCharts(loaded.map(({ job, metrics }) => ({ label: job.name, metrics }))), [key]);
  const rows = comparedHyperparameters(jobs);
  return (
    <main className="page">
      <h1>Compare {names.length} training jobs</h1>
      {problems.map((error) => (
        <ErrorNotice key={error.message} what="One of them cannot be read." error={error} />
      ))}
      {names.length === 0 ? (
        <p>
          Choose training jobs in the table of a <Link href={addresses.tuningJobs}>tuning job</Link>.
        </p>
      ) : null}
      {jobs.length === 0 ? null : (
        <section className="stack" aria-label="Differences">
          <h2>Hyperparameters</h2>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <section className="table-scroll" aria-label="Hyperparameters of each" tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th>Hyperparameter</th>
                  {jobs.map((job) => (
                    <th key={job.name}>
                      <Link href={addresses.trainingJob(job.name)}>{job.name}</Link>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                <tr>
                  <th>status</th>
                  {jobs.map((job) => (
                    <td key={job.name}>
                      <StatusBadge status={job.status} />
                    </td>
                  ))}
                </tr>
                <tr>
                  <th>objective</th>
                  {jobs.map((job) => (
                    <td key={job.name} className="number">
                      {formatNumber(job.tuning?.objectiveValue)}
                    </td>
                  ))}
                </tr>
                <tr>
                  <th>trained</th>
                  {jobs.map((job) => (
                    <td key={job.name} className="number">
                      {formatDuration(trainedSeconds(job))}
                    </td>
                  ))}
                </tr>
                {rows.map((row) => (
                  <tr key={row.name} className={row.differs ? 'differs' : 'quiet'}>
                    <th>{row.name}</th>
                    {row.values.map((value, place) => (
                      <td key={jobs[place]?.name} className="number">
                        {value ?? '–'}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </section>
      )}
      <section className="charts" aria-label="Metrics">
        {charts.map((chart) => (
          <MetricCurves key={chart.metric} chart={chart} name={`compare-${chart.metric}`} />
        ))}
      </section>
    </main>
  );
}
