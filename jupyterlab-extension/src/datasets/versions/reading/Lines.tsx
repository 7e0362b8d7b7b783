import { Field } from '../../../components/controls/Field.js';
import type { Reading } from '../../../api/types.js';
import { useI18n } from '../../../i18n/context.js';

const MOST_SKIPPED = 1000;

/** Which lines of a table are no rows. */
export function Lines({
  reading,
  onChange,
}: {
  readonly reading: Reading;
  readonly onChange: (change: Partial<Reading>) => void;
}): JSX.Element {
  const { t } = useI18n();
  return (
    <>
      <div className="kg-Layout-grid3">
        <Field
          label={t('reread.skip')}
          type="number"
          dir="ltr"
          min={0}
          max={MOST_SKIPPED}
          value={reading.skip_rows ?? 0}
          onChange={(event) => {
            const rows = event.target.valueAsNumber;
            if (Number.isInteger(rows) && rows >= 0 && rows <= MOST_SKIPPED) onChange({ skip_rows: rows });
          }}
        />
        <Field
          label={t('reread.comment')}
          dir="ltr"
          maxLength={4}
          value={reading.comment ?? ''}
          onChange={(event) => onChange({ comment: event.target.value })}
        />
      </div>
      <label className="kg-Layout-row kg-Check">
        <input
          type="checkbox"
          checked={reading.header_rows === 2}
          onChange={(event) => onChange({ header_rows: event.target.checked ? 2 : 1 })}
        />
        {t('reread.twoHeaders')}
      </label>
      <label className="kg-Layout-row kg-Check">
        <input
          type="checkbox"
          checked={reading.units ?? false}
          onChange={(event) => onChange({ units: event.target.checked })}
        />
        {t('reread.units')}
      </label>
    </>
  );
}
