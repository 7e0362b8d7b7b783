import { useState } from 'react';
import { Field } from './Field.js';

/** One field, as the body of a dialog. */
export function PromptBody({
  label,
  value,
  hint,
  error,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const [text, setText] = useState(value);
  return (
    <Field
      label={label}
      value={text}
      hint={hint}
      error={error}
      dir="auto"
      maxLength={200}
      onFocus={(event) => event.target.select()}
      onChange={(event) => {
        setText(event.target.value);
        onChange(event.target.value);
      }}
    />
  );
}
