import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { Icon } from '../icons/Icon.js';

export interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'children'> {
  readonly label: ReactNode;
  /** The parameter's name in code, shown beside the label. */
  readonly param?: string | undefined;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly trailing?: ReactNode;
}

/** Label, box, hint and error, tied together for a screen reader. */
export function Field({ label, param, hint, error, trailing, dir, ...input }: FieldProps): JSX.Element {
  const id = useId();
  // Of a box around it, `auto` would go by its other texts; an empty field has the direction of the page.
  const auto = dir === 'auto';
  return (
    <div className="kg-Field">
      <label htmlFor={id}>
        {label} {param !== undefined && <code dir="ltr">{param}</code>}
      </label>
      <div className={`kg-Input ${error === undefined ? '' : 'kg-mod-error'}`} dir={auto ? undefined : dir}>
        <input
          {...input}
          dir={auto && input.value !== '' ? 'auto' : undefined}
          id={id}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={error !== undefined || hint !== undefined ? `${id}-more` : undefined}
        />
        {trailing}
      </div>
      <FieldNote id={`${id}-more`} hint={hint} error={error} />
    </div>
  );
}

export function FieldNote({
  id,
  hint,
  error,
}: {
  readonly id: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}): JSX.Element | null {
  if (error !== undefined) {
    return (
      <div className="kg-Field-error" id={id} role="alert">
        <Icon name="err" />
        <span>{error}</span>
      </div>
    );
  }
  return hint === undefined ? null : (
    <div className="kg-Text-hint" id={id}>
      {hint}
    </div>
  );
}
