import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset, VersionDiff } from '../../api/types.js';
import { ErrorNote, Skeleton } from '../../components/Note.js';
import { Code, Num } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { isolated } from '../../i18n/isolate.js';
import { TYPES } from './reading/ColumnReading.js';

/** By the rule of thumb for the population stability index a smaller shift does not affect a model. */
const SMALL = 0.1;

/** What changed between two versions: rows, columns, distributions, classes. */
export function Diff({
  dataset,
  from,
  to,
}: {
  readonly dataset: Dataset;
  readonly from: number;
  readonly to: number;
}): JSX.Element {
  const kargah = useKargah();
  const { t, format, pick } = useI18n();
  const arrow = pick('→', '←');
  const typeName = (type: string): string => {
    const known = TYPES.find((one) => one === type);
    return known === undefined ? type : t(`reread.type.${known}`);
  };
  const [diff, setDiff] = useState<VersionDiff | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const asked = new AbortController();
    const params = { path: { dataset_id: dataset.dataset_id }, query: { from, to } };
    data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/diff', { params, signal: asked.signal })).then(
      (found) => {
        setDiff(found);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!asked.signal.aborted) setFailure(reason);
      },
    );
    return () => asked.abort();
  }, [kargah, dataset.dataset_id, from, to, attempt]);
  if (failure !== null) return <ErrorNote reason={failure} onRetry={() => setAttempt(attempt + 1)} />;
  if (diff === null) return <Skeleton />;
  const shifts = diff.distributions.filter((one) => one.value >= 0.0005).slice(0, 20);
  const facts: readonly (readonly [string, string])[] = [
    [t('ver.rowsAdded'), format.number(diff.rows.added)],
    [t('ver.rowsRemoved'), format.number(diff.rows.removed)],
  ];
  const names: readonly (readonly [string, readonly string[]])[] = [
    [t('ver.columnsAdded'), diff.columns_added],
    [t('ver.columnsRemoved'), diff.columns_removed],
    [
      t('ver.retyped'),
      diff.columns_retyped.map(
        (one) => `${isolated(one.column)}: ${typeName(one.before)} ${arrow} ${typeName(one.after)}`,
      ),
    ],
  ];
  const same = diff.rows.added + diff.rows.removed === 0 && names.every(([, list]) => list.length === 0);
  return (
    <section className="kg-Card" data-testid="kargah-diff">
      <div className="kg-Card-head">
        <h2>{t('ver.comparison', { a: to, b: from })}</h2>
      </div>
      <div className="kg-Card-body kg-Layout-stack kg-mod-close">
        {same && shifts.length === 0 && <p className="kg-Text-muted">{t('ver.same')}</p>}
        <dl className="kg-Pairs">
          {facts.map(([label, text]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <Num>{text}</Num>
              </dd>
            </div>
          ))}
          {names.map(
            ([label, list]) =>
              list.length > 0 && (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    {list.map((name) => (
                      <span className="kg-Chip kg-mod-plain" key={name}>
                        <bdi>{name}</bdi>
                      </span>
                    ))}
                  </dd>
                </div>
              ),
          )}
          {diff.classes
            .filter((one) => one.before !== one.after)
            .map((one) => (
              <div key={one.name}>
                <dt>
                  <bdi>{one.name}</bdi>
                </dt>
                <dd>
                  {format.number(one.before)} {arrow} {format.number(one.after)}
                </dd>
              </div>
            ))}
        </dl>
        {shifts.length > 0 && (
          <>
            <h3 className="kg-Text-small kg-Text-muted">{t('ver.shifts')}</h3>
            {shifts.map((one) => (
              <div className="kg-Layout-row kg-Text-small kg-ValueBar" key={one.column}>
                <span className="kg-ValueBar-name">
                  <span className="kg-Text-ellipsis kg-Text-name" dir="auto" title={one.column}>
                    {one.column}
                  </span>
                </span>
                <span
                  className={`kg-Bar kg-Layout-grow ${one.value >= SMALL ? 'kg-mod-shifted' : ''}`}
                  style={{ ['--p' as string]: `${Math.min(100, one.value * 100).toFixed(1)}%` }}
                >
                  <i />
                </span>
                <span className="kg-Text-muted kg-ValueBar-shift" title={t(`ver.${one.measure}`)}>
                  <Code>{one.value.toPrecision(2)}</Code>
                </span>
              </div>
            ))}
          </>
        )}
      </div>
    </section>
  );
}
