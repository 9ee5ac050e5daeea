import { formatFaultPath } from '@fleetune/api/contract';
import type { FormFault } from './form-faults.js';
import { FormField } from './form-field.js';
import { FormSection } from './form-section.js';
import { NEW_RANGE, RANGE_KINDS, type RangeRow } from './tuning-form.js';

interface RangeRowsProps {
  readonly rows: readonly RangeRow[];
  readonly onChange: (rows: readonly RangeRow[]) => void;
  readonly faults: readonly FormFault[];
}

const SCALINGS = ['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic'];

/** The hyperparameters that are searched. */
export function RangeRows({ rows, onChange, faults }: RangeRowsProps) {
  const change = (place: number, changes: Partial<RangeRow>) =>
    onChange(rows.map((row, at) => (at === place ? { ...row, ...changes } : row)));
  return (
    <FormSection title="Ranges" path="ranges" faults={faults} onAdd={() => onChange([...rows, NEW_RANGE])}>
      {rows.map((row, place) => {
        const path = (part: string) => formatFaultPath(['ranges', row.name, part]);
        const own = formatFaultPath(['ranges', row.name]);
        const field = (name: 'min' | 'max' | 'scaling' | 'values' | 'hint', label: string) => ({
          ...{ label, path: path(name), faults, value: row[name] },
          onChange: (value: string) => change(place, { [name]: value }),
        });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its name is being typed.
          <div key={place} className="stack">
            <div className="form-row">
              <FormField
                label="Hyperparameter"
                value={row.name}
                onChange={(name) => change(place, { name })}
                path={own}
                faults={row.name === '' ? [] : faults}
              />
              <FormField
                label="Kind"
                value={row.kind}
                onChange={(kind) => change(place, { kind: RANGE_KINDS.find((one) => one === kind) ?? row.kind })}
                options={RANGE_KINDS}
                path=""
                faults={[]}
              />
              {row.kind === 'categorical' ? <FormField {...field('values', 'Values, with commas')} /> : null}
              {row.kind === 'automatic' ? <FormField {...field('hint', 'Example value')} /> : null}
              {row.kind === 'continuous' || row.kind === 'integer' ? (
                <>
                  <FormField {...field('min', 'Min')} mode="decimal" />
                  <FormField {...field('max', 'Max')} mode="decimal" />
                  <FormField {...field('scaling', 'Scaling')} options={SCALINGS} />
                </>
              ) : null}
              <button
                type="button"
                className="button button-small"
                aria-label={`Remove ${row.name === '' ? `range ${place + 1}` : row.name}`}
                onClick={() => onChange(rows.filter((_, at) => at !== place))}
              >
                Remove
              </button>
            </div>
          </div>
        );
      })}
    </FormSection>
  );
}
