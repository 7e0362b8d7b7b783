import { useCallback, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset, DatasetPreview } from '../api/types.js';
import { LinkButton } from '../components/Button.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

const FIRST = 20;
const MORE = 100;
/** Wider tables are cut: a page of 10,000 columns helps nobody. */
const COLUMNS = 60;

type Cell = DatasetPreview['rows'][number][number];

/** The first rows as they are, or sample images. */
export function Preview({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [preview, setPreview] = useState<DatasetPreview | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  const [attempt, setAttempt] = useState(0);

  const read = useCallback(
    (offset: number, limit: number): Promise<DatasetPreview> => {
      const params = { path: { dataset_id: dataset.dataset_id }, query: { offset, limit } };
      return data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/preview', { params }));
    },
    [kargah, dataset.dataset_id],
  );
  useEffect(() => {
    let gone = false;
    read(0, FIRST).then(
      (first) => {
        if (gone) return;
        setPreview(first);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!gone) setFailure(reason);
      },
    );
    return () => {
      gone = true;
    };
  }, [read, attempt]);
  const more = async (have: DatasetPreview): Promise<void> => {
    try {
      const next = await read(have.rows.length, MORE);
      setPreview({ ...next, rows: [...have.rows, ...next.rows] });
    } catch (reason) {
      kargah.shell.failed(reason);
    }
  };

  if (failure !== null && preview === null) {
    return <ErrorNote reason={failure} onRetry={() => setAttempt(attempt + 1)} />;
  }
  if (preview === null) {
    return <Skeleton />;
  }
  if (preview.images.length > 0) {
    return (
      <section className="card">
        <div className="ch">
          <h2>{t('ds.samples')}</h2>
        </div>
        <div className="cb samples">
          {preview.images.map((image) => (
            <figure key={`${image.class_name}/${image.filename}`}>
              <img src={image.data_url} alt={`${image.class_name}: ${image.filename}`} />
              <figcaption className="sm muted ell" dir="auto">
                {image.class_name}
              </figcaption>
            </figure>
          ))}
        </div>
      </section>
    );
  }
  const columns = preview.columns.slice(0, COLUMNS);
  return (
    <section className="card" data-testid="kargah-preview">
      <div className="ch">
        <h2>{t('ds.preview')}</h2>
        <span className="muted sm">{t('ds.previewOf', { n: preview.rows.length, all: preview.total_rows })}</span>
        <span className="grow" />
        {preview.columns.length > COLUMNS && (
          <span className="muted sm">{t('ds.moreColumns', { n: preview.columns.length - COLUMNS })}</span>
        )}
      </div>
      <div className="tw" tabIndex={0} role="region" aria-label={t('ds.preview')}>
        <table className="preview">
          <thead>
            <tr>
              <th scope="col">#</th>
              {columns.map((column) => (
                <th
                  scope="col"
                  key={column.name}
                  className={isFigure(column.type) ? 'r' : ''}
                  dir={isFigure(column.type) ? undefined : column.direction}
                >
                  <bdi>{column.name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row, index) => (
              <tr key={index}>
                <td className="num muted">{index + 1}</td>
                {columns.map((column, at) => (
                  <PreviewCell
                    key={column.name}
                    value={row[at] ?? null}
                    type={column.type}
                    direction={column.direction}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {preview.rows.length < preview.total_rows && (
        <p className="more-rows">
          <LinkButton onClick={() => void more(preview)}>{t('ds.previewMore')}</LinkButton>
        </p>
      )}
    </section>
  );
}

function isFigure(type: DatasetPreview['columns'][number]['type']): boolean {
  return type === 'integer' || type === 'number' || type === 'date' || type === 'datetime';
}

function PreviewCell({
  value,
  type,
  direction,
}: {
  readonly value: Cell;
  readonly type: DatasetPreview['columns'][number]['type'];
  readonly direction: 'ltr' | 'rtl';
}): JSX.Element {
  const { t } = useI18n();
  if (value === null) {
    return (
      <td className={isFigure(type) ? 'num' : ''}>
        <span className="chip plain">{t('ds.missing')}</span>
      </td>
    );
  }
  const text = String(value);
  return isFigure(type) ? (
    <td className="num">{text}</td>
  ) : (
    <td dir={direction}>
      <span className="cell" title={text.length > 60 ? text : undefined}>
        {text}
      </span>
    </td>
  );
}
