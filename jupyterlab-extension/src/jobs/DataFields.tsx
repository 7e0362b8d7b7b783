import { type ReactNode, useId } from 'react';
import { LinkButton } from '../components/Button.js';
import { FieldNote } from '../components/Field.js';
import { Caret, Icon } from '../components/Icon.js';
import { Code } from '../components/Text.js';
import { useI18n } from '../i18n/context.js';
import type { Column, Dataset } from '../api/types.js';

interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly note?: ReactNode;
  readonly disabled?: boolean;
  readonly testId: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

function SelectField({
  label,
  value,
  error,
  note,
  disabled,
  testId,
  onChange,
  children,
}: SelectFieldProps): JSX.Element {
  const id = useId();
  return (
    <div className="fld">
      <label htmlFor={id}>{label}</label>
      <div className={`in sel ${error === undefined ? '' : 'err'}`}>
        <select
          id={id}
          value={value}
          disabled={disabled}
          data-testid={testId}
          className={value === '' ? 'muted' : ''}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={`${id}-more`}
          onChange={(event) => onChange(event.target.value)}
        >
          {children}
        </select>
        <Caret open />
      </div>
      {error !== undefined && note !== undefined ? (
        <div className="errt" id={`${id}-more`} role="alert">
          <Icon name="err" />
          <span>
            {error} {note}
          </span>
        </div>
      ) : (
        <FieldNote id={`${id}-more`} hint={note} error={error} />
      )}
    </div>
  );
}

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
          {`\u2068${dataset.name}\u2069`} · <Facts dataset={dataset} />
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
