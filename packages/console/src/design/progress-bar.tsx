import type { TuningJob } from '@fleetune/api/contract';
import { useId } from 'react';

/** How many training jobs have ended and how, of how many. */
export function ProgressBar({ job }: { readonly job: TuningJob }) {
  const id = useId();
  const { completed, inProgress, stopped, retryableError, nonRetryableError } = job.trainingJobCounts;
  const failed = retryableError + nonRetryableError;
  const ended = completed + failed + stopped;
  const total = job.limits.maxTrainingJobs;
  const parts = [
    { name: 'completed', count: completed, color: 'var(--status-completed)' },
    { name: 'failed', count: failed, color: 'var(--status-failed)' },
    { name: 'stopped', count: stopped, color: 'var(--status-stopped)' },
    { name: 'running', count: inProgress, color: 'var(--status-running)' },
  ].filter((part) => part.count > 0);
  const whole = Math.max(1, total ?? ended + inProgress);
  return (
    <div>
      <div className="progress" role="img" aria-labelledby={id}>
        {parts.map((part) => (
          <span key={part.name} style={{ width: `${(100 * part.count) / whole}%`, background: part.color }} />
        ))}
      </div>
      <span id={id} className="quiet number">
        {total === undefined ? `${ended} done` : `${ended} of ${total}`}
        {parts
          .filter((part) => part.name !== 'completed')
          .map((part) => `, ${part.count} ${part.name}`)
          .join('')}
      </span>
    </div>
  );
}
