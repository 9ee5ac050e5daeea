import { FormField } from './form-field.js';
import { FormSection } from './form-section.js';
import type { FormPartProps } from './search-fields.js';
import type { AlgorithmKind } from './tuning-form.js';

const KINDS: Readonly<Record<AlgorithmKind, string>> = {
  builtin: 'built-in algorithm',
  script: 'Python script',
  command: 'command',
  image: 'container image',
};

/** What each training runs. */
export function AlgorithmFields({ form, change, faults }: FormPartProps) {
  const kinds = Object.keys(KINDS) as AlgorithmKind[];
  return (
    <FormSection title="Algorithm" path="algorithm" faults={faults}>
      <div className="form-grid">
        <FormField
          label="Kind"
          value={KINDS[form.algorithmKind]}
          onChange={(title) =>
            change({ algorithmKind: kinds.find((kind) => KINDS[kind] === title) ?? form.algorithmKind })
          }
          options={Object.values(KINDS)}
          path=""
          faults={[]}
        />
        {form.algorithmKind === 'builtin' ? (
          <FormField
            label="Name"
            value={form.builtin}
            onChange={(builtin) => change({ builtin })}
            path="algorithm.builtin"
            faults={faults}
          />
        ) : null}
        {form.algorithmKind === 'script' ? (
          <>
            <FormField
              label="Script, inside its source"
              value={form.script}
              onChange={(script) => change({ script })}
              path="algorithm.script"
              faults={faults}
              placeholder="train.py"
            />
            <FormField
              label="Source, a folder or .tar.gz"
              value={form.source}
              onChange={(source) => change({ source })}
              path="algorithm.source"
              faults={faults}
              placeholder="s3://bucket/code.tar.gz"
            />
          </>
        ) : null}
        {form.algorithmKind === 'image' ? (
          <FormField
            label="Image"
            value={form.image}
            onChange={(image) => change({ image })}
            path="algorithm.image"
            faults={faults}
          />
        ) : null}
      </div>
      {form.algorithmKind === 'command' ? (
        <FormField
          label="Command, one argument a line"
          value={form.command}
          onChange={(command) => change({ command })}
          path="algorithm.command"
          faults={faults}
          lines={4}
          placeholder={'python3\ntrain.py'}
        />
      ) : null}
    </FormSection>
  );
}
