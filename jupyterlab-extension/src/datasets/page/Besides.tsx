import { Fragment, type ReactNode } from 'react';
import type { Column } from '../../api/types.js';
import { Percent } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';

const SCRIPTS = ['arabic', 'latin', 'digits', 'other'] as const;
/** A smaller share of a script than this comes from stray letters and is not shown. */
const STRAY = 0.005;

/** Figures that complete the plot: the quartiles of numbers, and the scripts of texts. */
export function Besides({ column: { quantiles, text, histogram, direction } }: { readonly column: Column }): ReactNode {
  const { t, format } = useI18n();
  if (histogram === undefined) return null;
  if (quantiles?.[1] !== undefined && quantiles[2] !== undefined && quantiles[3] !== undefined) {
    const [, low, middle, high] = quantiles;
    return (
      <Line
        start={t('ds.median', { x: format.statistic(middle) })}
        end={low < high ? t('ds.quartiles', { a: format.statistic(low), b: format.statistic(high) }) : null}
      />
    );
  }
  if (text === undefined) return null;
  const found = SCRIPTS.filter((script) => text.scripts[script] >= STRAY).sort(
    (a, b) => text.scripts[b] - text.scripts[a],
  );
  const named = found.map((script) => `${t(`ds.script.${script}`)} ${format.percent(text.scripts[script], 0)}`);
  return (
    <Line
      title={named.join(t('facts.and'))}
      start={found.map((script, at) => (
        <Fragment key={script}>
          {at > 0 && t('facts.and')}
          {t(`ds.script.${script}`)} <Percent share={text.scripts[script]} digits={0} />
        </Fragment>
      ))}
      end={t(`ds.direction.${direction}`)}
    />
  );
}

function Line({
  start,
  end,
  title,
}: {
  readonly start: ReactNode;
  readonly end: ReactNode;
  readonly title?: string;
}): JSX.Element {
  return (
    <div className="kg-Layout-row kg-Layout-wrap kg-Text-small kg-Text-muted kg-Column-besides">
      <span className="kg-Text-ellipsis" title={title ?? (typeof start === 'string' ? start : undefined)}>
        {start}
      </span>
      <span className="kg-Text-nowrap">{end}</span>
    </div>
  );
}
