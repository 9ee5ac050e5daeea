import { type InputHTMLAttributes, useId } from 'react';
import type { FormFault } from './form-faults.js';

interface FormFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Where the API finds this field. */
  readonly path: string;
  readonly faults: readonly FormFault[];
  readonly hint?: string;
  /** A choice instead of free text. */
  readonly options?: readonly string[];
  readonly lines?: number;
  readonly mode?: InputHTMLAttributes<HTMLInputElement>['inputMode'];
  readonly placeholder?: string;
}

/** One input with its label and, under it, what is wrong with it. */
export function FormField(props: FormFieldProps) {
  const { label, value, onChange, path, faults, hint, options, lines, mode, placeholder } = props;
  const id = useId();
  const messages = faults.filter((fault) => fault.path === path).map(({ message }) => message);
  const shared = {
    id,
    className: 'input',
    value,
    'aria-invalid': messages.length > 0,
    'aria-describedby': messages.length > 0 ? `${id}-fault` : hint === undefined ? undefined : `${id}-hint`,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {options !== undefined ? (
        <select {...shared}>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : lines !== undefined ? (
        <textarea {...shared} rows={lines} placeholder={placeholder} spellCheck={false} />
      ) : (
        <input {...shared} inputMode={mode} placeholder={placeholder} spellCheck={false} autoComplete="off" />
      )}
      {hint === undefined ? null : (
        <span className="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {messages.length === 0 ? null : (
        <span className="field-fault" id={`${id}-fault`}>
          {messages.join(' ')}
        </span>
      )}
    </div>
  );
}
