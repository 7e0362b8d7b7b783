import { type ReactNode, type TextareaHTMLAttributes, useId } from 'react';
import { FieldNote } from './Field.js';

interface TextAreaProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id' | 'children'> {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

/** A field of several lines, tied to its label, hint and error as `Field` is. */
export function TextArea({ label, hint, error, dir, ...input }: TextAreaProps): JSX.Element {
  const id = useId();
  return (
    <div className="kg-Field">
      <label htmlFor={id}>{label}</label>
      <textarea
        {...input}
        // An empty field has the direction of the page.
        dir={dir === 'auto' && input.value === '' ? undefined : dir}
        id={id}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={error !== undefined || hint !== undefined ? `${id}-more` : undefined}
      />
      <FieldNote id={`${id}-more`} hint={hint} error={error} />
    </div>
  );
}
