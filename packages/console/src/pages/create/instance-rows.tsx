import { instancePath } from './body-from-form.js';
import type { FormFault } from './form-faults.js';
import { FormField } from './form-field.js';
import { FormSection } from './form-section.js';
import { type InstanceRow, NEW_INSTANCE, type TuningForm } from './tuning-form.js';

interface InstanceRowsProps {
  readonly form: TuningForm;
  readonly onChange: (rows: readonly InstanceRow[]) => void;
  readonly faults: readonly FormFault[];
}

/** What to run on, in order of preference. */
export function InstanceRows({ form, onChange, faults }: InstanceRowsProps) {
  const rows = form.instances;
  const change = (place: number, changes: Partial<InstanceRow>) =>
    onChange(rows.map((row, at) => (at === place ? { ...row, ...changes } : row)));
  const whole = rows.length === 1 ? 'instance' : 'instances';
  return (
    <FormSection title="Instances" path={whole} faults={faults} onAdd={() => onChange([...rows, NEW_INSTANCE])}>
      {rows.map((row, place) => {
        const path = instancePath(form, place);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its type is being typed.
          <div key={place} className="form-row">
            <FormField
              label={place === 0 ? 'Instance type' : `Instance type, choice ${place + 1}`}
              value={row.type}
              onChange={(type) => change(place, { type })}
              path={`${path}.type`}
              faults={faults}
            />
            <FormField
              label="Count"
              value={row.count}
              onChange={(count) => change(place, { count })}
              path={`${path}.count`}
              faults={faults}
              mode="numeric"
              placeholder="1"
            />
            <FormField
              label="Volume, GiB"
              value={row.volumeSizeGib}
              onChange={(volumeSizeGib) => change(place, { volumeSizeGib })}
              path={`${path}.volumeSizeGib`}
              faults={faults}
              mode="numeric"
              placeholder="30"
            />
            <button
              type="button"
              className="button button-small"
              aria-label={`Remove instance ${place + 1}`}
              disabled={rows.length === 1}
              onClick={() => onChange(rows.filter((_, at) => at !== place))}
            >
              Remove
            </button>
          </div>
        );
      })}
    </FormSection>
  );
}
