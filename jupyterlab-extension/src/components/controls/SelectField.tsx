import { type ReactNode, useId } from 'react';
import { FieldNote } from './Field.js';
import { Caret, Icon } from '../icons/Icon.js';

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly error?: string | undefined;
  readonly note?: ReactNode;
  readonly disabled?: boolean;
  readonly testId?: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

export function SelectField({
  label,
  value,
  error,
  note,
  disabled,
  testId,
  onChange,
  children,
}: SelectFieldProps): JSX.Element {
  const id = useId();
  return (
    <div className="kg-Field">
      <label htmlFor={id}>{label}</label>
      <div className={`kg-Input kg-mod-select ${error === undefined ? '' : 'kg-mod-error'}`}>
        <select
          id={id}
          value={value}
          disabled={disabled}
          data-testid={testId}
          className={value === '' ? 'kg-Text-muted' : ''}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={`${id}-more`}
          onChange={(event) => onChange(event.target.value)}
        >
          {children}
        </select>
        <Caret open />
      </div>
      {error !== undefined && note !== undefined ? (
        <div className="kg-Field-error" id={`${id}-more`} role="alert">
          <Icon name="err" />
          <span>
            {error} {note}
          </span>
        </div>
      ) : (
        <FieldNote id={`${id}-more`} hint={note} error={error} />
      )}
    </div>
  );
}
