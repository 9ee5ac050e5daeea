import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { Density } from '../../charts/density.js';
import { Importance } from '../../charts/importance.js';
import { ObjectiveByParameter } from '../../charts/objective-by-parameter.js';
import { ObjectiveHistory } from '../../charts/objective-history.js';
import { ParallelCoordinates } from '../../charts/parallel-coordinates.js';
import { Timeline } from '../../charts/timeline.js';
import { useNow } from '../../data/use-now.js';
import { TrainingJobTable } from './training-job-table.js';

interface ResultsProps {
  readonly job: TuningJob;
  readonly trainingJobs: readonly TrainingJobSummary[] | undefined;
}

const NONE: readonly TrainingJobSummary[] = [];

/** What the training jobs tell: charts, and the table of them. */
export function Results({ job, trainingJobs = NONE }: ResultsProps) {
  const [, navigate] = useLocation();
  const [definitionName, setDefinitionName] = useState(job.definitions[0]?.name ?? '');
  const [selected, setSelected] = useState<ReadonlySet<string>>();
  // Charts may lag behind: the table and the reader's hands go first.
  const charted = useDeferredValue(trainingJobs);
  const shownJob = useMemo(() => withDefinition(job, definitionName), [job, definitionName]);
  const shown = useMemo(
    () =>
      job.definitions.length < 2 ? charted : charted.filter((training) => training.definitionName === definitionName),
    [job.definitions.length, charted, definitionName],
  );
  const running = job.status === 'InProgress' || job.status === 'Stopping';
  const nowMs = useNow(running, 3_000);
  const open = useCallback((name: string) => navigate(addresses.trainingJob(name)), [navigate]);
  const chart = { job: shownJob, trainingJobs: shown, onPick: open };
  return (
    <>
      {job.definitions.length < 2 ? null : (
        <label className="field definition-choice">
          <span>Training-job definition</span>
          <select className="input" value={definitionName} onChange={(event) => setDefinitionName(event.target.value)}>
            {job.definitions.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <section className="charts" aria-label="Objective">
        <ObjectiveHistory {...chart} />
        <Density {...chart} />
      </section>
      <section className="charts charts-small" aria-label="Objective by hyperparameter">
        {shownJob.definitions[0]?.ranges.map((range) => (
          <ObjectiveByParameter key={range.name} {...chart} range={range} />
        ))}
      </section>
      <section className="charts" aria-label="Hyperparameters together">
        <ParallelCoordinates {...chart} onBrush={setSelected} />
      </section>
      <section className="charts" aria-label="What decides, and when it ran">
        <Importance {...chart} />
        <Timeline {...chart} nowMs={nowMs} />
      </section>
      <TrainingJobTable job={shownJob} trainingJobs={trainingJobs} selected={selected} onOpen={open} />
    </>
  );
}

/** The job as if it had this definition only. */
function withDefinition(job: TuningJob, name: string): TuningJob {
  const definition = job.definitions.find((one) => one.name === name) ?? job.definitions[0];
  return definition === undefined || job.definitions.length < 2 ? job : { ...job, definitions: [definition] };
}
