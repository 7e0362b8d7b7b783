import { createElement, type FormEvent, useEffect, useState } from 'react';
import { data } from '../../../api/client.js';
import type { Dataset, Reading, ReadingPreview } from '../../../api/types.js';
import { Button } from '../../../components/controls/Button.js';
import { ErrorNote, Note, Skeleton } from '../../../components/Note.js';
import { SelectField } from '../../../components/controls/SelectField.js';
import { useKargah } from '../../../context.js';
import { useI18n } from '../../../i18n/context.js';
import type { Kargah } from '../../../tokens.js';
import { TableCell, isFigure } from '../../rows/TableCell.js';
import { ColumnReading, type Typed } from './ColumnReading.js';
import { Lines } from './Lines.js';
import { MissingWords } from './MissingWords.js';

const ENCODINGS = [
  'utf-8',
  'utf-16',
  'windows-1256',
  'windows-1252',
  'windows-1254',
  'windows-1251',
  'gb18030',
  'cp864',
  'iran-system',
  'utf-8-as-windows-1252',
  'utf-8-as-windows-1256',
] as const;
const DELIMITERS = [',', ';', '\t', '|', '؛'] as const;
const ROWS = 12;
const COLUMNS = 30;

/** Previews the file of a version with other reading options, before a new version is made with them. */
export function openReread(kargah: Kargah, dataset: Dataset, version: number): Promise<void> {
  return kargah.shell.show({
    title: kargah.i18n.t('reread.withOptions'),
    content: (close) => createElement(Reread, { dataset, version, close }),
    wide: true,
  });
}

function Reread({
  dataset,
  version,
  close,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly close: () => void;
}): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const [chosen, setChosen] = useState<Reading>({});
  const [found, setFound] = useState<ReadingPreview | null>(null);
  /** The last preview that could be read. */
  const [shown, setShown] = useState<ReadingPreview | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const { dataset_id: id } = dataset;

  useEffect(() => {
    const asked = new AbortController();
    const params = { path: { dataset_id: id }, query: { version } };
    data(
      kargah.api.http.POST('/api/v1/datasets/{dataset_id}/reading', { params, body: chosen, signal: asked.signal }),
    ).then(
      (preview) => {
        setFound(preview);
        if (preview.error === null) setShown(preview);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!asked.signal.aborted) setFailure(reason);
      },
    );
    return () => asked.abort();
  }, [kargah, id, version, chosen, attempt]);

  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const params = { path: { dataset_id: id } };
      const body = { version, reading: chosen };
      kargah.store
        .list('datasets')
        .put(await data(kargah.api.http.POST('/api/v1/datasets/{dataset_id}/versions', { params, body })));
      close();
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  const change = (one: Partial<Reading>): void => setChosen({ ...chosen, ...one });
  const typed = (column: string, one: Typed): void => change({ types: { ...chosen.types, [column]: one } });
  const again = (): void => setAttempt(attempt + 1);
  if (found === null) return failure === null ? <Skeleton /> : <ErrorNote reason={failure} onRetry={again} />;
  const { error } = found;
  return (
    <form className="kg-Layout-stack kg-DialogList" onSubmit={(event) => void make(event)} data-testid="kargah-reread">
      <Options
        found={found}
        reading={{ ...found.reading, ...chosen }}
        onChange={change}
        onMissing={(words) => {
          const { missing: _, ...others } = chosen;
          setChosen(words === undefined ? others : { ...others, missing: words });
        }}
      />
      {failure !== null && <ErrorNote reason={failure} />}
      {error === null ? (
        <>
          <Changes found={found} />
          <Warnings found={found} />
          <Sample found={found} types={chosen.types} onType={typed} />
          <p className="kg-Text-hint">{t('reread.typesHint')}</p>
        </>
      ) : (
        <>
          <Note tone="bad" icon="err" title={t('reread.notSo')}>
            {i18n.failure(error)}
          </Note>
          {/* What a column was set to may be why; it is set otherwise where it stood. */}
          {shown !== null && <Sample found={shown} types={chosen.types} onType={typed} />}
        </>
      )}
      <div className="kg-Layout-row">
        <Button
          kind="primary"
          type="submit"
          busy={busy}
          disabled={error !== null}
          label={t('reread.make')}
          title={t(error === null ? 'reread.make' : 'reread.notSo')}
        />
      </div>
    </form>
  );
}

function Options({
  found,
  reading,
  onChange,
  onMissing,
}: {
  readonly found: ReadingPreview;
  /** The options that were chosen; the others are shown as they were detected. */
  readonly reading: Reading;
  readonly onChange: (change: Partial<Reading>) => void;
  /** Called with undefined for the usual words. */
  readonly onMissing: (words: string[] | undefined) => void;
}): JSX.Element {
  const { t } = useI18n();
  const { encodings, sheets } = found;
  // Where the file could not be read, options that were not chosen have no detected value.
  const text = encodings.length > 0 && found.error !== null;
  const unknown = <option value="">{t('reread.found')}</option>;
  return (
    <>
      <div className="kg-Layout-grid3">
        {(text || reading.encoding !== undefined) && (
          <SelectField
            label={t('reread.encoding')}
            value={reading.encoding ?? ''}
            note={encodings.find((one) => one.encoding === reading.encoding)?.line.slice(0, 80)}
            onChange={(encoding) => onChange({ encoding: encoding as (typeof ENCODINGS)[number] })}
          >
            {reading.encoding === undefined && unknown}
            {ENCODINGS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </SelectField>
        )}
        {(text || reading.delimiter !== undefined) && (
          <SelectField
            label={t('reread.delimiter')}
            value={reading.delimiter ?? ''}
            onChange={(delimiter) => onChange({ delimiter: delimiter as (typeof DELIMITERS)[number] })}
          >
            {reading.delimiter === undefined && unknown}
            {DELIMITERS.map((one) => (
              <option key={one} value={one}>
                {one === '\t' ? t('reread.tab') : one}
              </option>
            ))}
          </SelectField>
        )}
        {sheets.length > 1 && (
          <SelectField
            label={t('reread.sheet')}
            value={reading.sheet ?? sheets[0] ?? ''}
            onChange={(sheet) => onChange({ sheet })}
          >
            {sheets.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </SelectField>
        )}
      </div>
      {(text || (found.error !== null && sheets.length > 0) || reading.header !== undefined) && (
        <label className="kg-Layout-row kg-Check">
          <input
            type="checkbox"
            checked={reading.header ?? true}
            onChange={(event) => onChange({ header: event.target.checked })}
          />
          {t('reread.header')}
        </label>
      )}
      {(text || reading.header !== undefined || sheets.length > 0) && <Lines reading={reading} onChange={onChange} />}
      <MissingWords words={reading.missing} onChange={onMissing} />
      <label className="kg-Layout-row kg-Check">
        <input
          type="checkbox"
          checked={reading.normalise_persian ?? false}
          onChange={(event) => onChange({ normalise_persian: event.target.checked })}
        />
        {t('reread.persian')}
      </label>
      <label className="kg-Layout-row kg-Check">
        <input
          type="checkbox"
          checked={reading.unify ?? false}
          onChange={(event) => onChange({ unify: event.target.checked })}
        />
        {t('reread.unify')}
      </label>
    </>
  );
}

function Changes({ found }: { readonly found: ReadingPreview }): JSX.Element {
  const { t, format, pick } = useI18n();
  if (found.changes.length === 0) return <></>;
  return (
    <details>
      <summary className="kg-Text-small kg-Text-muted">{t('reread.changes', { n: found.changes.length })}</summary>
      <ul className="kg-Text-small">
        {found.changes.map((one) => (
          <li key={`${one.column} ${one.before}`}>
            <bdi>{one.column}</bdi>: <bdi>{one.before}</bdi> {pick('→', '←')} <bdi>{one.after}</bdi> (
            {format.number(one.count)})
          </li>
        ))}
      </ul>
    </details>
  );
}

function Warnings({ found }: { readonly found: ReadingPreview }): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  if (found.warnings.length === 0) return <></>;
  return (
    <details>
      <summary className="kg-Text-small kg-Text-muted">{t('reread.warnings', { n: found.warnings.length })}</summary>
      <ul className="kg-Text-small">
        {found.warnings.map((one) => (
          <li key={`${one.code} ${one.column ?? ''} ${one.detail}`}>{i18n.warning(one)}</li>
        ))}
      </ul>
    </details>
  );
}

function Sample({
  found,
  types,
  onType,
}: {
  readonly found: ReadingPreview;
  readonly types: Reading['types'];
  readonly onType: (column: string, typed: Typed) => void;
}): JSX.Element {
  const { t } = useI18n();
  const columns = found.columns.slice(0, COLUMNS);
  return (
    <div className="kg-Table-scroll" tabIndex={0} role="region" aria-label={t('ds.preview')}>
      <table className="kg-Preview">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={isFigure(column.type) ? 'kg-mod-end' : ''}
                dir={column.direction}
              >
                <bdi>{column.name}</bdi>
                <ColumnReading
                  column={column}
                  chosen={types?.[column.name]}
                  onChange={(typed) => onType(column.name, typed)}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.rows.slice(0, ROWS).map((row, index) => (
            <tr key={index}>
              {columns.map((column, at) => (
                <TableCell key={column.name} value={row[at] ?? null} type={column.type} direction={column.direction} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
