import type { ReactNode } from 'react';
import type { FormFault } from './form-faults.js';

interface FormSectionProps {
  readonly title: string;
  /** Faults of the section as a whole. */
  readonly path?: string;
  readonly faults: readonly FormFault[];
  readonly onAdd?: () => void;
  readonly children: ReactNode;
}

/** A group of fields under one name. */
export function FormSection({ title, path, faults, onAdd, children }: FormSectionProps) {
  const messages = path === undefined ? [] : faults.filter((fault) => fault.path === path);
  return (
    <fieldset className="card stack form-section">
      <legend>{title}</legend>
      {messages.map(({ message }) => (
        <p key={message} className="field-fault">
          {message}
        </p>
      ))}
      {children}
      {onAdd === undefined ? null : (
        <div>
          <button type="button" className="button button-small" onClick={onAdd}>
            Add to {title.toLowerCase()}
          </button>
        </div>
      )}
    </fieldset>
  );
}
