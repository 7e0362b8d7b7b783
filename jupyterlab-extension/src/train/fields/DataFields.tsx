import { LinkButton } from '../../components/controls/Button.js';
import { Field } from '../../components/controls/Field.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { Code } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import type { Column, Dataset } from '../../api/types.js';
import type { FormState } from '../trainForm.js';

export interface DatasetFieldProps {
  readonly datasets: readonly Dataset[];
  readonly value: string;
  readonly required: boolean;
  readonly error: string | undefined;
  readonly onChange: (datasetId: string) => void;
}

export function DatasetField({ datasets, value, required, error, onChange }: DatasetFieldProps): JSX.Element {
  const { t } = useI18n();
  return (
    <SelectField
      label={t('new.dataset')}
      value={value}
      error={error}
      note={datasets.length === 0 && error === undefined ? t('new.dataset.empty') : undefined}
      testId="dataset"
      onChange={onChange}
    >
      <option value="">{t(required ? 'new.dataset.choose' : 'new.dataset.none')}</option>
      {datasets.map((dataset) => (
        <option key={dataset.dataset_id} value={dataset.dataset_id} disabled={dataset.state !== 'ready'}>
          {`\u2068${dataset.name}\u2069${t('facts.and')}`}
          <Facts dataset={dataset} />
        </option>
      ))}
    </SelectField>
  );
}

function Facts({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const { t, format } = useI18n();
  if (dataset.state !== 'ready') return <>{t(`state.${dataset.state}`)}</>;
  const rows = format.number(dataset.rows ?? 0);
  return (
    <>
      {dataset.kind === 'images'
        ? t('new.dataset.images', { rows })
        : t('new.dataset.facts', { rows, columns: format.number(dataset.columns ?? 0) })}
    </>
  );
}

export interface TargetFieldProps {
  readonly columns: readonly Column[];
  readonly suggested: string | null;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (column: string) => void;
}

export function TargetField({ columns, suggested, value, error, onChange }: TargetFieldProps): JSX.Element {
  const { t } = useI18n();
  const about = (column: Column): string => {
    const classes =
      column.type === 'category' || column.type === 'boolean' || column.type === 'text' || column.distinct <= 20;
    return t(classes ? 'new.target.classes' : 'new.target.values', { n: column.distinct });
  };
  const known = columns.find((column) => column.name === suggested);
  const chosen = columns.find((column) => column.name === value);
  const wrong =
    error ??
    (chosen !== undefined && chosen.distinct <= 1
      ? t('new.target.constant')
      : value !== '' && chosen === undefined && columns.length > 0
        ? t('new.target.missing', { x: value })
        : undefined);
  return (
    <SelectField
      label={t('new.target')}
      value={chosen === undefined ? '' : value}
      error={wrong}
      disabled={columns.length === 0}
      testId="target"
      note={
        known !== undefined && known.name !== value ? (
          <>
            {t('new.target.suggested')}{' '}
            <LinkButton onClick={() => onChange(known.name)}>
              <Code>{known.name}</Code>
            </LinkButton>{' '}
            ({about(known)})
          </>
        ) : chosen !== undefined ? (
          about(chosen)
        ) : undefined
      }
      onChange={onChange}
    >
      <option value="">{t('new.target.choose')}</option>
      {columns.map((column) => (
        <option key={column.name} value={column.name}>
          {column.name}
        </option>
      ))}
    </SelectField>
  );
}

export function NameField({
  form,
  error,
  onChange,
}: {
  readonly form: FormState;
  readonly error: string | undefined;
  readonly onChange: (part: Partial<FormState>, settled: string) => void;
}): JSX.Element {
  const { t } = useI18n();
  return (
    <Field
      label={t('new.name')}
      hint={t('new.name.hint')}
      error={error}
      value={form.name}
      maxLength={200}
      dir="auto"
      onChange={(event) => onChange({ name: event.target.value }, 'name')}
    />
  );
}
