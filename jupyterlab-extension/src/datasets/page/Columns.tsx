import { useState } from 'react';
import type { Column, DatasetProfile } from '../../api/types.js';
import { LinkButton } from '../../components/controls/Button.js';
import { Icon } from '../../components/icons/Icon.js';
import { Num, Percent } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { matcher } from '../../i18n/fold/search.js';
import { Besides } from './Besides.js';
import { Histogram } from './Histogram.js';

const SHOWN = 12;

/** A card a column: type, what is missing, and a small picture of its values. */
export function Columns({
  columns,
  rows,
  target,
}: {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly target: string | null;
}): JSX.Element {
  const { t } = useI18n();
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(SHOWN);
  const matches = matcher(search);
  const found = columns.filter((column) => matches(column.name));
  return (
    <section>
      <div className="kg-Layout-row kg-SectionHead">
        <h2>{t('ds.columnsTitle')}</h2>
        <span className="kg-Layout-grow" />
        {columns.length > 6 && (
          <div className="kg-Input kg-Column-search" role="search">
            <Icon name="search" className="kg-Text-off" />
            <input
              type="search"
              placeholder={t('ds.searchColumns')}
              aria-label={t('ds.searchColumns')}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </div>
        )}
      </div>
      <div className="kg-Layout-grid3">
        {found.slice(0, limit).map((column) => (
          <ColumnCard key={column.name} column={column} rows={rows} target={column.name === target} />
        ))}
      </div>
      {found.length === 0 && <p className="kg-Text-muted">{t('ds.noColumn')}</p>}
      {found.length > limit && (
        <p className="kg-Lists-more">
          <LinkButton onClick={() => setLimit(limit + 60)}>
            {t('ds.moreColumns', { n: found.length - limit })}
          </LinkButton>
        </p>
      )}
    </section>
  );
}

/** Classes of images and their sizes. */
export function Classes({ profile }: { readonly profile: DatasetProfile }): JSX.Element {
  const { t } = useI18n();
  const most = Math.max(1, ...profile.classes.map((one) => one.count));
  const all = profile.classes.reduce((sum, one) => sum + one.count, 0);
  return (
    <section className="kg-Card">
      <div className="kg-Card-head">
        <h2>{t('ds.classesTitle')}</h2>
        <span className="kg-Text-muted kg-Text-small">{t('ds.classes', { n: profile.classes.length })}</span>
      </div>
      <div className="kg-Card-body">
        {profile.classes.map((one) => (
          <ValueBar key={one.name} name={one.name} fill={one.count / most} share={one.count / all} />
        ))}
        {profile.images !== undefined && (
          <div className="kg-Layout-grid3 kg-Column-sizes">
            {(['widths', 'heights'] as const).map((side) => (
              <div key={side}>
                <p className="kg-Text-small kg-Text-muted">{t(`ds.${side}`)}</p>
                {profile.images !== undefined && <Histogram histogram={profile.images[side]} label={t(`ds.${side}`)} />}
              </div>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

function ColumnCard({
  column,
  rows,
  target,
}: {
  readonly column: Column;
  readonly rows: number;
  readonly target: boolean;
}): JSX.Element {
  const { t } = useI18n();
  const figure = useFigure(column);
  const share = rows === 0 ? 0 : column.missing / rows;
  return (
    <div className="kg-Card kg-Column" data-column={column.name}>
      <div className="kg-Layout-row kg-Column-title">
        <span className="kg-Layout-grow kg-Column-name">
          <span className="kg-Text-medium kg-Text-ellipsis kg-Text-name" dir="auto" title={column.name}>
            {column.name}
          </span>
        </span>
        <span className="kg-Chip kg-mod-plain">
          {t(`ds.type.${column.type}`)}
          {column.calendar === 'jalali' && `${t('facts.and')}${t('ds.jalali')}`}
          {target && `${t('facts.and')}${t('ds.target')}`}
        </span>
      </div>
      <div className="kg-Layout-row kg-Text-small kg-Text-muted kg-Column-line">
        <span className="kg-Layout-grow kg-Text-ellipsis" title={figure}>
          {figure}
        </span>
        {column.missing === 0 ? (
          <span>{t('ds.complete')}</span>
        ) : (
          <span className="kg-Text-warn kg-Layout-row kg-mod-tightRow">
            <Icon name="warn" />
            <span>
              {t('ds.missing')} <Percent share={share} />
            </span>
          </span>
        )}
      </div>
      <Values column={column} rows={rows} />
      <Besides column={column} />
    </div>
  );
}

function useFigure({ distinct, mean, text }: Column): string {
  const { t, format } = useI18n();
  const unique = t('ds.distinct', { n: distinct });
  if (mean !== null) return `${unique}${t('facts.and')}${t('ds.mean', { x: format.statistic(mean) })}`;
  if (text === undefined) return unique;
  const { min_length: a, max_length: b } = text;
  return `${unique}${t('facts.and')}${a === b ? t('ds.length', { n: a }) : t('ds.lengths', { a, b })}`;
}

function Values({ column, rows }: { readonly column: Column; readonly rows: number }): JSX.Element {
  const { t } = useI18n();
  if (column.histogram !== undefined && !(column.type === 'category' || column.type === 'boolean')) {
    return (
      <Histogram
        histogram={column.histogram}
        label={t('ds.histogramOf', { x: column.name })}
        calendar={column.calendar}
      />
    );
  }
  const few = column.top.slice(0, 3);
  const counted = few.reduce((sum, one) => sum + one.count, 0);
  const numeric = column.type === 'integer' || column.type === 'number';
  if (few.length === 0 || (numeric && column.distinct > 20) || column.type === 'date' || column.type === 'datetime') {
    return <Span column={column} />;
  }
  const present = Math.max(1, rows - column.missing);
  const rest = present - counted;
  return (
    <div>
      {few.map((one) => (
        <ValueBar key={one.value} name={one.value} fill={one.count / present} share={one.count / present} />
      ))}
      {rest > 0 && column.distinct > few.length && (
        <ValueBar name={t('ds.rest')} fill={rest / present} share={rest / present} />
      )}
    </div>
  );
}

/** Where the values lie: least, mean, most. */
function Span({ column }: { readonly column: Column }): JSX.Element | null {
  const { min, max, mean } = column;
  const { format } = useI18n();
  if (min === null || max === null) {
    return null;
  }
  const end = (value: string | number): string =>
    typeof value === 'number' ? format.statistic(value) : column.calendar === 'jalali' ? format.jalali(value) : value;
  const at =
    typeof min === 'number' && typeof max === 'number' && mean !== null && max > min
      ? (mean - min) / (max - min)
      : null;
  return (
    <div className="kg-Span" dir="ltr">
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect x="0" y="5" width="100" height="2" rx="1" fill="var(--kg-s1)" opacity=".4" />
        {at !== null && <rect x={Math.min(98.5, at * 100)} y="1" width="1.5" height="10" fill="var(--kg-s1)" />}
      </svg>
      <div className="kg-Layout-row">
        <Num>{end(min)}</Num>
        <span className="kg-Layout-grow" />
        <Num>{end(max)}</Num>
      </div>
    </div>
  );
}

function ValueBar({
  name,
  fill,
  share,
}: {
  readonly name: string;
  readonly fill: number;
  readonly share: number;
}): JSX.Element {
  return (
    <div className="kg-Layout-row kg-Text-small kg-ValueBar">
      <span className="kg-ValueBar-name">
        <span className="kg-Text-ellipsis kg-Text-name" dir="auto" title={name}>
          {name}
        </span>
      </span>
      <span className="kg-Bar kg-Layout-grow" style={{ ['--p' as string]: `${(fill * 100).toFixed(1)}%` }}>
        <i />
      </span>
      <span className="kg-Text-muted kg-ValueBar-share">
        <Percent share={share} />
      </span>
    </div>
  );
}
