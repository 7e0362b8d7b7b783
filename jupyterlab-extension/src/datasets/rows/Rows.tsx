import { useCallback, useState } from 'react';
import { data } from '../../api/client.js';
import type { Column, Dataset } from '../../api/types.js';
import { IconButton } from '../../components/controls/Button.js';
import { ErrorNote } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { Filters } from './Filters.js';
import { Grid, type Sort } from './Grid.js';
import { Sql } from './Sql.js';
import type { Condition } from './conditions.js';

/** Wider tables are shown so many columns at a time. */
const COLUMNS = 40;

/** Every row of a table: sorted, filtered, or asked by SQL. */
export function Rows({
  dataset,
  version,
  columns,
  rows,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly columns: readonly Column[];
  readonly rows: number;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [sort, setSort] = useState<Sort | null>(null);
  const [conditions, setConditions] = useState<readonly Condition[]>([]);
  const [total, setTotal] = useState(rows);
  const [from, setFrom] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  const read = useCallback(
    async (offset: number, limit: number, signal: AbortSignal) => {
      const query = {
        version,
        offset,
        limit,
        ...(sort === null ? {} : { sort: sort.column, order: sort.order }),
        ...(conditions.length === 0 ? {} : { filter: JSON.stringify(conditions) }),
      };
      const params = { path: { dataset_id: dataset.dataset_id }, query };
      return data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/preview', { params, signal }));
    },
    [kargah, dataset.dataset_id, version, sort, conditions],
  );
  const again = (): void => {
    setFailure(null);
    setAttempt(attempt + 1);
  };
  const shown = columns.slice(from, from + COLUMNS);
  return (
    <>
      <section className="kg-Card" data-testid="kargah-preview">
        <div className="kg-Card-head">
          <h2>{t('ds.preview')}</h2>
          <span className="kg-Text-muted kg-Text-small" role="status">
            {conditions.length === 0 ? t('ds.rows', { n: rows }) : t('ds.previewOf', { n: total, all: rows })}
          </span>
          <span className="kg-Layout-grow" />
          {columns.length > COLUMNS && (
            <span className="kg-Layout-row kg-Text-small kg-Text-muted">
              <IconButton
                icon="chev"
                className="kg-mod-back"
                label={t('rows.columnsBefore')}
                disabled={from === 0}
                onClick={() => setFrom(Math.max(0, from - COLUMNS))}
              />
              {t('rows.columnsShown', { a: from + 1, b: from + shown.length, n: columns.length })}
              <IconButton
                icon="chev"
                label={t('rows.columnsAfter')}
                disabled={from + COLUMNS >= columns.length}
                onClick={() => setFrom(from + COLUMNS)}
              />
            </span>
          )}
        </div>
        <div className="kg-Card-body">
          <Filters
            columns={columns}
            conditions={conditions}
            onChange={(next) => {
              setFailure(null);
              setConditions(next);
            }}
          />
        </div>
        {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
        {failure === null && (
          <Grid
            key={JSON.stringify([sort, conditions, attempt])}
            label={t('ds.preview')}
            columns={shown}
            from={from}
            total={total}
            read={read}
            sort={sort}
            onSort={setSort}
            onFound={(found) => setTotal(found.total_rows)}
            onFailed={setFailure}
          />
        )}
        {failure === null && total === 0 && <p className="kg-Card-body kg-Text-muted">{t('rows.none')}</p>}
      </section>
      <Sql dataset={dataset} version={version} columns={columns.map(({ name }) => name)} />
    </>
  );
}
