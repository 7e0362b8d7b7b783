import type { Dataset, ErrorCode, Failure } from '../../../api/types.js';
import { Button, type ButtonProps } from '../../../components/controls/Button.js';
import { useKargah } from '../../../context.js';
import { useI18n } from '../../../i18n/context.js';
import { openReread } from './Reread.js';

/** What another encoding, delimiter, header, sheet or type may mend. */
const MENDED: readonly ErrorCode[] = [
  'bad_encoding',
  'ragged_rows',
  'too_many_columns',
  'no_rows',
  'value_not_of_type',
  'column_unknown',
];

/** Whether this person may have the file read with other options, and that may help it. */
export function mayBeReadAnew(dataset: Dataset, error: Failure | null): boolean {
  if (!dataset.mine || error === null) return false;
  // A letter that no text has may be half of one in another encoding; what is a picture stays one.
  return (
    MENDED.includes(error.code) || (error.code === 'not_tabular' && /^U\+/u.test(String(error.params?.['reason'])))
  );
}

/** The remedy of a version that could not be read. */
export function ReadAnew({
  dataset,
  version,
  kind = 'plain',
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly kind?: NonNullable<ButtonProps['kind']>;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <Button
      kind={kind}
      size="small"
      icon="tune"
      label={t('reread.withOptions')}
      onClick={() => void openReread(kargah, dataset, version)}
    />
  );
}
