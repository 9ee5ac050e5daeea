import type { TuningJob } from '@fleetune/api/contract';
import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useRowCursor } from '../../app/use-row-cursor.js';
import { useTuningJobs } from '../../data/queries.js';
import { formatAge, formatNumber, formatTime } from '../../design/format.js';
import { ErrorNotice } from '../../design/notice.js';
import { ProgressBar } from '../../design/progress-bar.js';
import { StatusBadge } from '../../design/status-badge.js';
import { StopButton } from '../stop-button.js';
import { filterTuningJobs, objectiveOf, type SortColumn, type TuningJobFilter } from './filter-tuning-jobs.js';

const STATUSES = ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'] as const;

const COLUMNS: readonly { readonly title: string; readonly sort: SortColumn }[] = [
  { title: 'Name', sort: 'name' },
  { title: 'Status', sort: 'status' },
  { title: 'Training jobs', sort: 'done' },
  { title: 'Best objective', sort: 'best' },
  { title: 'Created', sort: 'created' },
];

export default function TuningJobsPage() {
  const { data: jobs, error } = useTuningJobs();
  const [filter, setFilter] = useState<TuningJobFilter>({
    ...{ text: '', status: undefined, sortBy: 'created', descending: true },
  });
  const shown = useMemo(() => filterTuningJobs(jobs ?? [], filter), [jobs, filter]);
  const [, navigate] = useLocation();
  const cursor = useRowCursor(shown.length, {
    open: (place) => {
      const job = shown[place];
      if (job !== undefined) navigate(addresses.tuningJob(job.name));
    },
  });
  const sortBy = (sort: SortColumn) =>
    setFilter({ ...filter, sortBy: sort, descending: filter.sortBy === sort ? !filter.descending : sort !== 'name' });
  return (
    <main className="page">
      <div className="page-head">
        <h1>Tuning jobs</h1>
        <div className="page-actions">
          <input
            className="input filter-text"
            type="search"
            aria-label="Filter by name, strategy, metric or tag"
            placeholder="name, strategy, metric, tag=value"
            value={filter.text}
            onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          />
          <select
            className="input filter-status"
            aria-label="Filter by status"
            value={filter.status ?? ''}
            onChange={(event) =>
              setFilter({ ...filter, status: STATUSES.find((status) => status === event.target.value) })
            }
          >
            <option value="">every status</option>
            {STATUSES.map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
          <Link className="button button-primary" href={addresses.create}>
            New tuning job
          </Link>
        </div>
      </div>
      {error === null ? null : <ErrorNotice what="The tuning jobs cannot be read." error={error} />}
      {jobs?.length === 0 ? <FirstSteps /> : null}
      {jobs === undefined || jobs.length === 0 ? null : (
        <div className="table-scroll">
          <table className="table table-cards">
            <caption className="hidden-text">
              {shown.length} of {jobs.length} tuning jobs
            </caption>
            <thead>
              <tr>
                {COLUMNS.map(({ title, sort }) => (
                  <th key={sort} aria-sort={sortState(filter, sort)}>
                    <button type="button" className="sort-button" onClick={() => sortBy(sort)}>
                      {title} {arrow(filter, sort)}
                    </button>
                  </th>
                ))}
                <th>
                  <span className="hidden-text">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((job, place) => (
                <TuningJobRow key={job.name} job={job} atCursor={place === cursor.at} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {jobs !== undefined && jobs.length > 0 && shown.length === 0 ? <p>No tuning job passes this filter.</p> : null}
    </main>
  );
}

function TuningJobRow({ job, atCursor }: { readonly job: TuningJob; readonly atCursor: boolean }) {
  return (
    <tr data-cursor={atCursor} ref={atCursor ? (row) => row?.scrollIntoView({ block: 'nearest' }) : undefined}>
      <td>
        <Link href={addresses.tuningJob(job.name)}>{job.name}</Link>
        <div className="row quiet">
          {job.strategy}
          {Object.entries(job.tags).map(([key, value]) => (
            <span key={key} className="tag">
              {key}={value}
            </span>
          ))}
        </div>
      </td>
      <td>
        <StatusBadge status={job.status} />
      </td>
      <td className="progress-cell">
        <ProgressBar job={job} />
      </td>
      <td>
        <span className="number">{formatNumber(objectiveOf(job))}</span>
        <div className="quiet">{job.objective.metric}</div>
      </td>
      <td title={formatTime(job.creationTimeMs)}>{formatAge(job.creationTimeMs, Date.now())}</td>
      <td>
        <span className="row">
          <Link className="button button-small" href={addresses.clone(job.name)} aria-label={`Clone ${job.name}`}>
            Clone
          </Link>
          <StopButton kind="tuning" name={job.name} status={job.status} small />
        </span>
      </td>
    </tr>
  );
}

function FirstSteps() {
  return (
    <div className="card stack">
      <h2>No tuning job yet</h2>
      <p>
        Start one from a file with <code>fleetune tune FILE.yaml</code>, with boto3 or any other SageMaker client, or
        here: <Link href={addresses.create}>new tuning job</Link>.
      </p>
    </div>
  );
}

function sortState(filter: TuningJobFilter, column: SortColumn): 'ascending' | 'descending' | 'none' {
  if (filter.sortBy !== column) return 'none';
  return filter.descending ? 'descending' : 'ascending';
}

function arrow(filter: TuningJobFilter, column: SortColumn): string {
  if (filter.sortBy !== column) return '';
  return filter.descending ? '↓' : '↑';
}
