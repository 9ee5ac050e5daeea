import type { TrainingJob } from '@fleetune/api/contract';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useFolds } from '../../data/queries.js';
import { trainedSeconds } from '../../data/trained-seconds.js';
import { formatDuration, formatNumber } from '../../design/format.js';
import { ErrorNotice } from '../../design/notice.js';
import { StatusBadge } from '../../design/status-badge.js';

/** The folds of a cross-validated training job, each a training job of its own. */
export function Folds({ job }: { readonly job: TrainingJob }) {
  const running = job.status === 'InProgress' || job.status === 'Stopping';
  const { data: folds, error } = useFolds(job.name, running);
  if (error !== null) return <ErrorNotice what="The folds cannot be read." error={error} />;
  if (folds === undefined) return <p className="quiet">Loading …</p>;
  const metrics = [...new Set(folds.flatMap((fold) => fold.finalMetrics.map(({ name }) => name)))];
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th>Fold</th>
            <th>Status</th>
            {metrics.map((name) => (
              <th key={name} className="right">
                {name}
              </th>
            ))}
            <th className="right">Trained</th>
            <th>Instance</th>
          </tr>
        </thead>
        <tbody>
          {folds.map((fold) => (
            <tr key={fold.name}>
              <td>
                <Link href={addresses.trainingJob(fold.name)}>{fold.name}</Link>
              </td>
              <td>
                <StatusBadge
                  status={fold.status}
                  note={fold.status === 'InProgress' ? fold.secondaryStatus : undefined}
                />
              </td>
              {metrics.map((name) => (
                <td key={name} className="right number">
                  {formatNumber(fold.finalMetrics.find((metric) => metric.name === name)?.value)}
                </td>
              ))}
              <td className="right number">{formatDuration(trainedSeconds(fold))}</td>
              <td>{fold.instanceType ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
