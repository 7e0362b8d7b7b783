import type { Split } from '../../api/types.js';
import type { I18n } from '../../i18n/i18n.js';

const PARTS = ['train', 'validation', 'test'] as const;

/** A split in one line of plain text: how, by what, its shares and its seed. */
export function splitText(split: Split, { t, format, pick }: I18n): string {
  const shares = PARTS.map((part) => format.number(Math.round(split[part] * 100))).join('/');
  const by = split.column === undefined ? '' : `${pick(', ', '، ')}\u2068${split.column}\u2069`;
  // The three shares read from left to right in both languages.
  return `${t(`split.${split.method}`)}${by}${t('facts.and')}\u2066${shares}\u2069${t('facts.and')}${t('split.seedOf', { n: String(split.seed) })}`;
}
