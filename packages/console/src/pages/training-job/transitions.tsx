import type { TrainingJob } from '@fleetune/api/contract';
import { useNow } from '../../data/use-now.js';
import { formatDuration, formatTime } from '../../design/format.js';

/** Where the job has been, and for how long. */
export function Transitions({ job }: { readonly job: TrainingJob }) {
  const nowMs = useNow(job.status === 'InProgress' || job.status === 'Stopping');
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th>Status</th>
            <th>From</th>
            <th className="right">For</th>
            <th>Message</th>
          </tr>
        </thead>
        <tbody>
          {job.transitions.map((transition, place) => {
            const isOver = place < job.transitions.length - 1 || transition.endTimeMs !== undefined;
            const endMs = transition.endTimeMs ?? job.transitions[place + 1]?.startTimeMs ?? nowMs;
            return (
              <tr key={`${transition.status}-${transition.startTimeMs}`}>
                <td>{transition.status}</td>
                <td>{formatTime(transition.startTimeMs)}</td>
                <td className="right number">
                  {isOver || job.status === 'InProgress'
                    ? formatDuration((endMs - transition.startTimeMs) / 1000)
                    : '–'}
                </td>
                <td>{transition.statusMessage}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
