import { useState } from 'react';
import { Field } from '../../../components/controls/Field.js';
import { useI18n } from '../../../i18n/context.js';

/** Words that stand for missing values; they are taken when the field is left. */
export function MissingWords({
  words,
  onChange,
}: {
  readonly words: readonly string[] | undefined;
  readonly onChange: (words: string[] | undefined) => void;
}): JSX.Element {
  const { t } = useI18n();
  const [text, setText] = useState((words ?? []).join(', '));
  const take = (): void => {
    const found = text.split(/[,،]/u).map((word) => word.trim());
    const kept = [...new Set(found.filter((word) => word !== ''))];
    onChange(kept.length === 0 ? undefined : kept);
  };
  return (
    <Field
      label={t('reread.missing')}
      hint={t('reread.missingHint')}
      value={text}
      dir="auto"
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
    />
  );
}
