import { useI18n } from '../../i18n/context.js';
import type { Cell } from './pages.js';

const FIGURES: ReadonlySet<string> = new Set(['integer', 'number', 'date', 'datetime']);

export function isFigure(type: string): boolean {
  return FIGURES.has(type);
}

/** A raw value: figures line up on their units, texts take their column's direction. */
export function TableCell({
  value,
  type,
  direction,
  calendar,
}: {
  readonly value: Cell;
  readonly type: string;
  readonly direction: 'ltr' | 'rtl';
  /** In which the file writes its dates. */
  readonly calendar?: 'jalali' | undefined;
}): JSX.Element {
  const { t, format } = useI18n();
  const figure = isFigure(type);
  if (value === null) {
    return (
      <td className={figure ? 'kg-mod-number' : ''}>
        <span className="kg-Chip kg-mod-plain">{t('ds.missing')}</span>
      </td>
    );
  }
  const text = calendar === 'jalali' ? format.jalali(String(value)) : String(value);
  return figure ? (
    <td className="kg-mod-number">{text}</td>
  ) : (
    <td dir={direction}>
      <span className="kg-Preview-cell" title={text.length > 40 ? text : undefined}>
        {text}
      </span>
    </td>
  );
}
