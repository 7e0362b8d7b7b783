import type { Column, Dataset } from '../../api/types.js';
import { LinkButton } from '../../components/controls/Button.js';
import { FieldNote } from '../../components/controls/Field.js';
import { Fold } from '../../components/Card.js';
import { Name } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { against, learnable } from './columnChoice.js';

export interface ColumnsFieldProps {
  readonly columns: readonly Column[];
  readonly target: string;
  readonly warnings: Dataset['warnings'];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Which columns a model learns from; beside those that something speaks against stands what. */
export function ColumnsField({
  columns,
  target,
  warnings,
  chosen,
  error,
  onChange,
}: ColumnsFieldProps): JSX.Element | null {
  const i18n = useI18n();
  const { t } = i18n;
  const offered = learnable(columns, target);
  if (offered.length === 0) return null;
  const names = offered.map(({ name }) => name);
  const doubted = offered.filter(({ name }) => !chosen.includes(name) && against(name, target, warnings) !== undefined);
  const tick = (name: string, on: boolean): void =>
    onChange(names.filter((one) => (one === name ? on : chosen.includes(one))));
  return (
    <Fold
      title={t('new.columns')}
      summary={
        t('new.columns.count', { n: chosen.length, m: names.length }) +
        (doubted.length === 0 ? '' : t('facts.and') + t('new.columns.doubted', { n: doubted.length }))
      }
      urgent={error !== undefined}
      testId="columns"
    >
      {() => (
        <fieldset className="kg-Columns" aria-label={t('new.columns')} aria-describedby="columns-more">
          <div className="kg-Layout-row kg-Layout-wrap">
            <span className="kg-Text-muted kg-Layout-grow">
              {t('new.columns.count', { n: chosen.length, m: names.length })}
            </span>
            <LinkButton onClick={() => onChange(names)}>{t('new.columns.all')}</LinkButton>
            <LinkButton onClick={() => onChange([])}>{t('new.columns.none')}</LinkButton>
          </div>
          <div className="kg-Columns-list" tabIndex={0} role="group" aria-label={t('new.columns')}>
            {offered.map(({ name }) => {
              const warning = against(name, target, warnings);
              return (
                <label key={name} className="kg-Check kg-Columns-one">
                  <input
                    type="checkbox"
                    checked={chosen.includes(name)}
                    aria-invalid={error === undefined ? undefined : true}
                    onChange={(event) => tick(name, event.target.checked)}
                  />
                  <span>
                    <Name>{name}</Name>
                    {warning !== undefined && <span className="kg-Text-hint"> {i18n.warning(warning)}</span>}
                  </span>
                </label>
              );
            })}
          </div>
          <FieldNote id="columns-more" hint={t('new.columns.hint')} error={error} />
        </fieldset>
      )}
    </Fold>
  );
}
