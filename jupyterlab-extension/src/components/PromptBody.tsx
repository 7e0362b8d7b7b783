import { useState } from 'react';
import { Field } from './Field.js';

/** One field, as the body of a dialog. */
export function PromptBody({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const [text, setText] = useState(value);
  return (
    <Field
      label={label}
      value={text}
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
