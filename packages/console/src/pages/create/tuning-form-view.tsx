import { ApiError } from '@fleetune/api/client';
import { createTuningJobSchema } from '@fleetune/api/contract';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useDeferredValue, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useApi } from '../../data/api.js';
import { Notice } from '../../design/notice.js';
import { AlgorithmFields } from './algorithm-fields.js';
import { bodyFromForm } from './body-from-form.js';
import { type FormFault, formFaults } from './form-faults.js';
import { FormField } from './form-field.js';
import { FormSection } from './form-section.js';
import { InstanceRows } from './instance-rows.js';
import { NamedRows } from './named-rows.js';
import { Preview } from './preview/preview.js';
import { RangeRows } from './range-rows.js';
import { SearchFields } from './search-fields.js';
import type { TuningForm } from './tuning-form.js';

interface TuningFormViewProps {
  readonly start: TuningForm;
  /** Environment variables whose values were not shown. */
  readonly hidden: readonly string[];
}

/** The form, and beside it the same as file, program and command. Faults stand at their fields, whoever found them. */
export function TuningFormView({ start, hidden }: TuningFormViewProps) {
  const api = useApi();
  const [, navigate] = useLocation();
  const [form, setForm] = useState(start);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<readonly FormFault[]>([]);
  const change = (changes: Partial<TuningForm>) => {
    setForm({ ...form, ...changes });
    setRefused([]);
  };
  const body = useMemo(() => bodyFromForm(form), [form]);
  const found = useMemo(() => formFaults(body), [body]);
  const faults = tried ? [...found, ...refused] : [];
  const previewed = useDeferredValue(body);
  const create = useMutation({
    mutationFn: () => api.createTuningJob(createTuningJobSchema.parse(body)),
    onSuccess: (job) => navigate(addresses.tuningJob(job.name)),
    onError: (error) => setRefused(error instanceof ApiError ? error.faults : []),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (found.length === 0) create.mutate();
  }
  const rows = { faults, nameLabel: 'Name', valueLabel: 'Value' };
  return (
    <div className="create">
      <form className="stack" onSubmit={submit} noValidate>
        {hidden.length === 0 ? null : (
          <Notice kind="warning">
            The values of {hidden.join(', ')} are not shown, as they may be secrets: give them again below.
          </Notice>
        )}
        <SearchFields form={form} change={change} faults={faults} />
        <AlgorithmFields form={form} change={change} faults={faults} />
        <RangeRows rows={form.ranges} onChange={(ranges) => change({ ranges })} faults={faults} />
        <NamedRows
          {...{ ...rows, title: 'Static hyperparameters', field: 'hyperparameters', rows: form.hyperparameters }}
          onChange={(hyperparameters) => change({ hyperparameters })}
        />
        <NamedRows
          {...{ ...rows, title: 'Metrics', field: 'metrics', rows: form.metrics }}
          valueLabel="Regular expression; its first group is the value"
          placeholder="loss=(\S+)"
          onChange={(metrics) => change({ metrics })}
        />
        <NamedRows
          {...{ ...rows, title: 'Channels', field: 'channels', rows: form.channels }}
          valueLabel="s3:// or file:///"
          onChange={(channels) => change({ channels })}
        />
        <InstanceRows form={form} onChange={(instances) => change({ instances })} faults={faults} />
        <FormSection title="Limits of each training" faults={faults}>
          <div className="form-grid">
            <FormField
              label="Longest training, seconds"
              value={form.maxTrainingSeconds}
              onChange={(maxTrainingSeconds) => change({ maxTrainingSeconds })}
              path="stopping.maxRuntimeSeconds"
              faults={faults}
              mode="numeric"
              placeholder="86400"
            />
            <FormField
              label="Output"
              value={form.output}
              onChange={(output) => change({ output })}
              path="output"
              faults={faults}
              hint="Where models go; empty: the server’s own folder."
            />
          </div>
        </FormSection>
        <NamedRows
          {...{ ...rows, title: 'Environment', field: 'environment', rows: form.environment }}
          onChange={(environment) => change({ environment })}
        />
        <NamedRows
          {...{ ...rows, title: 'Tags', field: 'tags', rows: form.tags }}
          onChange={(tags) => change({ tags })}
        />
        <Faults faults={faults} error={faults.length > 0 ? null : create.error} />
        <div className="row">
          <button className="button button-primary" type="submit" disabled={create.isPending}>
            {create.isPending ? 'Starting …' : 'Start the tuning job'}
          </button>
        </div>
      </form>
      <Preview body={previewed} />
    </div>
  );
}

function Faults({ faults, error }: { readonly faults: readonly FormFault[]; readonly error: Error | null }) {
  if (error !== null) return <Notice kind="danger">{error.message}</Notice>;
  if (faults.length === 0) return null;
  return (
    <Notice kind="danger" title="This cannot be started yet:">
      <ul>
        {faults.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            {path === '' ? null : <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
