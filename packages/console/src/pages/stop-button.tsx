import type { TuningJob } from '@fleetune/api/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../data/api.js';
import { keys } from '../data/queries.js';
import { Dialog } from '../design/dialog.js';
import { ErrorNotice } from '../design/notice.js';

interface StopButtonProps {
  readonly kind: 'tuning' | 'training';
  readonly name: string;
  readonly status: TuningJob['status'];
  readonly small?: boolean;
}

/** Stops a job, after asking. There is none on a job that is over. */
export function StopButton({ kind, name, status, small = false }: StopButtonProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const stop = useMutation({
    mutationFn: async () => {
      if (kind === 'tuning') return queries.setQueryData(keys.tuningJob(name), await api.stopTuningJob(name));
      return queries.setQueryData(keys.trainingJob(name), await api.stopTrainingJob(name));
    },
    onSuccess: () => setAsking(false),
  });
  if (status !== 'InProgress') return null;
  return (
    <>
      <button
        type="button"
        className={`button button-danger ${small ? 'button-small' : ''}`}
        aria-label={`Stop ${name}`}
        onClick={() => setAsking(true)}
      >
        Stop
      </button>
      {asking ? (
        <Dialog title={`Stop ${name}?`} onClose={() => setAsking(false)}>
          <p>
            {kind === 'tuning'
              ? 'Its running training jobs are told to end and may save; no more are launched.'
              : 'Its program is told to end and may save what it has.'}
          </p>
          {stop.error === null ? null : <ErrorNotice what="It could not be stopped." error={stop.error} />}
          <div className="row">
            <button
              type="button"
              className="button button-danger"
              disabled={stop.isPending}
              onClick={() => stop.mutate()}
            >
              Stop it
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Let it run
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
