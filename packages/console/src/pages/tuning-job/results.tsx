import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { addresses } from '../../app/addresses.js';
import type { TuningChartProps } from '../../charts/chart-props.js';
import { ContourChart, numericRanges } from '../../charts/contour-chart.js';
import { Density } from '../../charts/density.js';
import { FoldSpread } from '../../charts/fold-spread.js';
import { Importance } from '../../charts/importance.js';
import { BAND_DEVIATIONS } from '../../charts/landscape/slice-series.js';
import { useLandscape } from '../../charts/landscape/use-landscape.js';
import { ObjectiveByParameter } from '../../charts/objective-by-parameter.js';
import { ObjectiveHistory } from '../../charts/objective-history.js';
import { ParallelCoordinates } from '../../charts/parallel-coordinates.js';
import { Timeline } from '../../charts/timeline.js';
import { useBestTrainingJobs } from '../../data/queries.js';
import { useNow } from '../../data/use-now.js';
import { ErrorNotice } from '../../design/notice.js';
import { TrainingJobTable } from './training-job-table.js';

interface ResultsProps {
  readonly job: TuningJob;
  readonly trainingJobs: readonly TrainingJobSummary[] | undefined;
  /** More of them are still to come. */
  readonly loading: boolean;
}

/** While more are to come, fewer than this are not worth drawing: the table has them already. */
const FEWEST_DRAWN = 2_000;
const NONE: readonly TrainingJobSummary[] = [];

/** What the training jobs tell: charts, and the table of them. */
export function Results({ job, trainingJobs = NONE, loading }: ResultsProps) {
  const [, navigate] = useLocation();
  const [definitionName, setDefinitionName] = useState(job.definitions[0]?.name ?? '');
  const [selected, setSelected] = useState<ReadonlySet<string>>();
  // Charts may lag behind: the table and the reader's hands go first.
  const charted = useDeferredValue(loading && trainingJobs.length < FEWEST_DRAWN ? NONE : trainingJobs);
  const shownJob = useMemo(() => withDefinition(job, definitionName), [job, definitionName]);
  const shown = useMemo(
    () =>
      job.definitions.length < 2 ? charted : charted.filter((training) => training.definitionName === definitionName),
    [job.definitions.length, charted, definitionName],
  );
  const running = job.status === 'InProgress' || job.status === 'Stopping';
  const nowMs = useNow(running, 3_000);
  const open = useCallback((name: string) => navigate(addresses.trainingJob(name)), [navigate]);
  const [chosenPair, setPair] = useState<readonly [string, string]>();
  const pair = useMemo(() => chosenPair ?? firstPair(shownJob), [chosenPair, shownJob]);
  const landscape = useLandscape(shownJob, shown, pair);
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
          <ObjectiveByParameter
            key={range.name}
            {...chart}
            range={range}
            slice={landscape?.slices.find(({ name }) => name === range.name)}
          />
        ))}
      </section>
      {landscape === undefined ? null : (
        <p className="quiet">
          The line is what a model expects with the other hyperparameters as in the best training job, the band how sure
          it is of that ({BAND_DEVIATIONS} standard deviations).
        </p>
      )}
      <section className="charts" aria-label="Hyperparameters together">
        <ParallelCoordinates {...chart} onBrush={setSelected} />
        <ContourChart {...chart} landscape={landscape} pair={pair} onPair={setPair} />
      </section>
      {job.crossValidation === undefined ? null : (
        <section className="charts" aria-label="Cross-validation">
          <BestFolds job={job} onPick={open} />
        </section>
      )}
      <section className="charts" aria-label="What decides, and when it ran">
        <Importance {...chart} />
        <Timeline {...chart} nowMs={nowMs} />
      </section>
      <TrainingJobTable job={shownJob} trainingJobs={trainingJobs} selected={selected} onOpen={open} />
    </>
  );
}

function BestFolds({ job, onPick }: Pick<TuningChartProps, 'job' | 'onPick'>) {
  const { data: best = [], error } = useBestTrainingJobs(job);
  if (error !== null) return <ErrorNotice what="The best training jobs cannot be read." error={error} />;
  return <FoldSpread job={job} best={best} onPick={onPick} />;
}

function firstPair(job: TuningJob): readonly [string, string] | undefined {
  const [x, y] = numericRanges(job.definitions[0]?.ranges ?? []);
  return x === undefined || y === undefined ? undefined : [x.name, y.name];
}

/** The job as if it had this definition only. */
function withDefinition(job: TuningJob, name: string): TuningJob {
  const definition = job.definitions.find((one) => one.name === name) ?? job.definitions[0];
  return definition === undefined || job.definitions.length < 2 ? job : { ...job, definitions: [definition] };
}
