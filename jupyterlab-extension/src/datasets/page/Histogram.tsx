import type { ColumnHistogram } from '../../api/types.js';
import { Num } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';

/** How often values fall between each two edges. Numbers rise to the right in every language, as on any chart. */
export function Histogram({
  histogram,
  label,
  calendar,
}: {
  readonly histogram: ColumnHistogram;
  readonly label: string;
  readonly calendar?: 'jalali' | undefined;
}): JSX.Element {
  const { t, format } = useI18n();
  const { edges, counts } = histogram;
  const most = Math.max(1, ...counts);
  const day = (date: string): string => (calendar === 'jalali' ? format.jalali(date) : date);
  const text = (edge: string | number | undefined): string =>
    edge === undefined ? '' : typeof edge === 'number' ? format.statistic(edge) : day(edge.slice(0, 10));
  return (
    <div className="kg-Histogram" dir="ltr">
      <div className="kg-Histogram-bins" role="img" aria-label={label}>
        {counts.map((count, at) => (
          <span key={at} title={t('ds.bin', { a: text(edges[at]), b: text(edges[at + 1]), n: format.number(count) })}>
            <i style={{ blockSize: count === 0 ? 0 : `${Math.max(3, (count / most) * 100)}%` }} />
          </span>
        ))}
      </div>
      <div className="kg-Layout-row">
        <Num>{text(edges[0])}</Num>
        <span className="kg-Layout-grow" />
        <Num>{text(edges.at(-1))}</Num>
      </div>
    </div>
  );
}
