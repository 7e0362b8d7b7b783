import { useState } from 'react';
import { data } from '../../api/client.js';
import { saveBlob } from '../../api/download.js';
import type { Dataset, QueryResult } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { ErrorNote } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { csvFile } from '../../lib/csv.js';
import { SqlField } from './SqlField.js';
import { TableCell, isFigure } from './TableCell.js';

const FIRST = 'SELECT *\nFROM data\nLIMIT 20';

/** One SELECT over the table `data`; Ctrl+Enter runs it. The answer can be saved as far as it is shown. */
export function Sql({
  dataset,
  version,
  columns,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly columns: readonly string[];
}): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const [sql, setSql] = useState(FIRST);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<QueryResult | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const run = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      const params = { path: { dataset_id: dataset.dataset_id }, query: { version } };
      setFound(await data(kargah.api.http.POST('/api/v1/datasets/{dataset_id}/query', { params, body: { sql } })));
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  const save = ({ columns: answered, rows }: QueryResult): void => {
    const table = rows.map((row) => row.map((cell) => (typeof cell === 'boolean' ? String(cell) : cell)));
    const file = csvFile([answered.map(({ name }) => name), ...table]);
    const name = dataset.name.replace(/\.[a-z0-9]{1,8}$/iu, '');
    saveBlob(new Blob([file], { type: 'text/csv' }), `${name}-sql.csv`);
  };
  return (
    <section className="kg-Card" data-testid="kargah-sql">
      <div className="kg-Card-head">
        <h2>{t('rows.sql')}</h2>
        <span className="kg-Text-muted kg-Text-small">{t('rows.sqlHint')}</span>
      </div>
      <div className="kg-Card-body kg-Layout-stack kg-mod-close">
        <SqlField text={sql} columns={columns} onText={setSql} onRun={() => void (busy || run())} />
        <div className="kg-Layout-row kg-Layout-wrap">
          <Button
            kind="primary"
            size="small"
            icon="play"
            busy={busy}
            label={t('rows.run')}
            onClick={() => void run()}
          />
          {found !== null && failure === null && (
            <span className="kg-Text-muted kg-Text-small" role="status">
              {t(found.truncated ? 'rows.foundMore' : 'rows.found', { n: found.rows.length })}
              {t('facts.and')}
              {format.duration(found.seconds)}
            </span>
          )}
          {found !== null && failure === null && found.rows.length > 0 && (
            <Button size="small" icon="down" label={t('rows.sqlCsv')} onClick={() => save(found)} />
          )}
        </div>
        {failure !== null && <ErrorNote reason={failure} />}
      </div>
      {found !== null && failure === null && (
        <div className="kg-Table-scroll kg-Sql-found" tabIndex={0} role="region" aria-label={t('rows.result')}>
          <table className="kg-Preview">
            <thead>
              <tr>
                {found.columns.map((column, at) => (
                  <th key={at} scope="col" className={isFigure(column.type) ? 'kg-mod-end' : ''} dir={column.direction}>
                    <bdi>{column.name}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.rows.map((row, index) => (
                <tr key={index}>
                  {found.columns.map((column, at) => (
                    <TableCell key={at} value={row[at] ?? null} type={column.type} direction={column.direction} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
