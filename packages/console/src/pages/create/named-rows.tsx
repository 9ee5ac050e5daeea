import { formatFaultPath } from '@fleetune/api/contract';
import type { FormFault } from './form-faults.js';
import { FormField } from './form-field.js';
import { FormSection } from './form-section.js';
import type { NamedRow } from './tuning-form.js';

interface NamedRowsProps {
  readonly title: string;
  /** The API's field, a map from name to value. */
  readonly field: string;
  readonly rows: readonly NamedRow[];
  readonly onChange: (rows: readonly NamedRow[]) => void;
  readonly faults: readonly FormFault[];
  readonly nameLabel: string;
  readonly valueLabel: string;
  readonly placeholder?: string;
}

/** Names with a value each. */
export function NamedRows(props: NamedRowsProps) {
  const { title, field, rows, onChange, faults, nameLabel, valueLabel, placeholder } = props;
  const change = (place: number, changes: Partial<NamedRow>) =>
    onChange(rows.map((row, at) => (at === place ? { ...row, ...changes } : row)));
  return (
    <FormSection title={title} path={field} faults={faults} onAdd={() => onChange([...rows, { name: '', value: '' }])}>
      {rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its name is being typed.
        <div key={place} className="form-row">
          <FormField
            label={nameLabel}
            value={row.name}
            onChange={(name) => change(place, { name })}
            path=""
            faults={[]}
          />
          <FormField
            label={valueLabel}
            value={row.value}
            onChange={(value) => change(place, { value })}
            path={formatFaultPath([field, row.name])}
            faults={faults}
            {...(placeholder === undefined ? {} : { placeholder })}
          />
          <button
            type="button"
            className="button button-small"
            aria-label={`Remove ${row.name === '' ? `row ${place + 1}` : row.name} from ${title.toLowerCase()}`}
            onClick={() => onChange(rows.filter((_, at) => at !== place))}
          >
            Remove
          </button>
        </div>
      ))}
    </FormSection>
  );
}
