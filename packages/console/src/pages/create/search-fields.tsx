import type { FormFault } from './form-faults.js';
import { FormField } from './form-field.js';
import { FormSection } from './form-section.js';
import type { TuningForm } from './tuning-form.js';

export interface FormPartProps {
  readonly form: TuningForm;
  readonly change: (changes: Partial<TuningForm>) => void;
  readonly faults: readonly FormFault[];
}

const STRATEGIES = ['Bayesian', 'Random', 'Grid', 'Hyperband', 'Sobol', 'TPE', 'CMA-ES', 'BOHB'];

/** What is wanted, how it is searched, and when the search ends. */
export function SearchFields({ form, change, faults }: FormPartProps) {
  const number = { faults, mode: 'numeric' } as const;
  return (
    <>
      <FormSection title="Search" path="strategy" faults={faults}>
        <div className="form-grid">
          <FormField
            label="Name"
            value={form.name}
            onChange={(name) => change({ name })}
            path="name"
            faults={faults}
            hint="Empty: one is made up."
          />
          <FormField
            label="Objective metric"
            value={form.metric}
            onChange={(metric) => change({ metric })}
            path="objective.metric"
            faults={faults}
            placeholder="validation:accuracy"
          />
          <FormField
            label="Direction"
            value={form.objectiveType}
            onChange={(objectiveType) => change({ objectiveType })}
            path="objective.type"
            faults={faults}
            options={['Minimize', 'Maximize']}
          />
          <FormField
            label="Strategy"
            value={form.strategy}
            onChange={(strategy) => change({ strategy })}
            path="strategy"
            faults={[]}
            options={STRATEGIES}
          />
          <FormField
            {...number}
            label="Seed"
            value={form.seed}
            onChange={(seed) => change({ seed })}
            path="seed"
            hint="Empty: a random one."
          />
        </div>
      </FormSection>
      <FormSection title="Limits" path="limits" faults={faults}>
        <div className="form-grid">
          <FormField
            {...number}
            label="Training jobs at most"
            value={form.maxTrainingJobs}
            onChange={(maxTrainingJobs) => change({ maxTrainingJobs })}
            path="limits.maxTrainingJobs"
          />
          <FormField
            {...number}
            label="At the same time"
            value={form.maxParallelTrainingJobs}
            onChange={(maxParallelTrainingJobs) => change({ maxParallelTrainingJobs })}
            path="limits.maxParallelTrainingJobs"
          />
          <FormField
            {...number}
            label="Longest search, seconds"
            value={form.maxRuntimeSeconds}
            onChange={(maxRuntimeSeconds) => change({ maxRuntimeSeconds })}
            path="limits.maxRuntimeSeconds"
          />
          <FormField
            {...number}
            label="End when the objective reaches"
            value={form.targetObjectiveValue}
            onChange={(targetObjectiveValue) => change({ targetObjectiveValue })}
            path="completion.targetObjectiveValue"
            mode="decimal"
          />
          <FormField
            {...number}
            label="End after so many without a better one"
            value={form.maxTrainingJobsNotImproving}
            onChange={(maxTrainingJobsNotImproving) => change({ maxTrainingJobsNotImproving })}
            path="completion.maxTrainingJobsNotImproving"
          />
        </div>
        <div className="form-grid">
          <FormField
            label="Warm start from tuning jobs"
            value={form.warmStartParents}
            onChange={(warmStartParents) => change({ warmStartParents })}
            path="warmStart.parents"
            faults={faults}
            hint="Names with commas between; empty: from nothing."
          />
          <FormField
            label="Their results count as"
            value={form.warmStartType}
            onChange={(warmStartType) => change({ warmStartType })}
            path="warmStart.type"
            faults={faults}
            options={['IdenticalDataAndAlgorithm', 'TransferLearning']}
          />
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={form.earlyStopping}
            onChange={(event) => change({ earlyStopping: event.target.checked })}
          />
          Stop trainings early that will not become good
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={form.completeOnConvergence}
            onChange={(event) => change({ completeOnConvergence: event.target.checked })}
          />
          End when the search has converged
        </label>
      </FormSection>
    </>
  );
}
