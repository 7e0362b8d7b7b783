import type { Dataset, DatasetVersion } from '../../api/types.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { splitText } from '../../datasets/versions/splitText.js';
import { useVersions } from '../../datasets/versions/useVersions.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import type { FieldErrors } from '../../recipes/paramsSchema.js';
import type { FormState } from '../trainForm.js';

export interface VersionFieldsProps {
  readonly dataset: Dataset;
  readonly version: number | null;
  readonly splitId: string;
  readonly errors: FieldErrors;
  readonly onChange: (part: Pick<FormState, 'version' | 'splitId'>) => void;
}

/** Which version of a dataset, and how its rows are dealt out; nothing where there is nothing to choose. */
export function VersionFields({ dataset, version, splitId, errors, onChange }: VersionFieldsProps): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const { items, failure } = useVersions(dataset);
  const shown = version ?? dataset.version;
  const splits = items.find((one) => one.version === shown)?.splits ?? [];
  const standard = splits.find((one) => one.is_default);
  const lost = splitId !== '' && items.length > 0 && splits.every((one) => one.split_id !== splitId);
  const usable = items.filter((one) => one.state === 'ready' && !one.deleted && !one.freed);
  const wrong = errors['version'] ?? (failure === null ? undefined : i18n.error(failure));
  const severalVersions = dataset.versions > 1 || usable.length > 1 || shown !== dataset.version;
  return (
    <>
      {(severalVersions || wrong !== undefined) && (
        <SelectField
          label={t('new.version')}
          value={String(shown)}
          error={wrong}
          testId="version"
          onChange={(chosen) =>
            onChange({ version: Number(chosen) === dataset.version ? null : Number(chosen), splitId: '' })
          }
        >
          {usable.every((one) => one.version !== shown) && (
            <option value={shown}>{t('ver.version', { n: shown })}</option>
          )}
          {usable.map((one) => (
            <option key={one.version} value={one.version}>
              {versionText(one, dataset.version, i18n)}
            </option>
          ))}
        </SelectField>
      )}
      {(splits.length > 0 || splitId !== '' || errors['split'] !== undefined) && (
        <SelectField
          label={t('new.split')}
          value={splitId === standard?.split_id ? '' : splitId}
          error={errors['split'] ?? (lost ? t('new.split.lost') : undefined)}
          testId="split"
          // The split is of this version, whichever is the newest when the job begins.
          onChange={(chosen) => onChange({ version: chosen === '' ? version : shown, splitId: chosen })}
        >
          <option value="">{standard === undefined ? t('new.split.own') : splitText(standard, i18n)}</option>
          {lost && <option value={splitId}>{splitId}</option>}
          {splits.map(
            (one) =>
              one !== standard && (
                <option key={one.split_id} value={one.split_id}>
                  {splitText(one, i18n)}
                </option>
              ),
          )}
        </SelectField>
      )}
    </>
  );
}

function versionText(one: DatasetVersion, newest: number, { t }: I18n): string {
  return [
    t('ver.version', { n: one.version }),
    one.rows === null ? null : t(one.kind === 'images' ? 'ds.images' : 'ds.rows', { n: one.rows }),
    one.version === newest ? t('ver.newest') : null,
  ]
    .filter((part) => part !== null)
    .join(t('facts.and'));
}
