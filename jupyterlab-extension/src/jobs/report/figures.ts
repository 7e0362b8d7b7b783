import type { I18n } from '../../i18n/i18n.js';
import { metricName, metricValue } from '../charts/metricNames.js';

const SHARES: ReadonlySet<string> = new Set(['accuracy', 'f1_macro', 'roc_auc', 'average_precision']);
const NAMES = {
  f1_macro: 'report.f1_macro',
  log_loss: 'report.log_loss',
  roc_auc: 'report.roc_auc',
  average_precision: 'report.average_precision',
} as const;

/** The name of a report's metric in the reader's language. */
export function nameOf(i18n: I18n, key: string): string {
  return key in NAMES ? i18n.t(NAMES[key as keyof typeof NAMES]) : metricName(i18n, key).text;
}

/** A metric's value as the reader's language writes it; a dash where there is none. */
export function figure(i18n: I18n, key: string, value: number | null): string {
  if (value === null) return '—';
  return SHARES.has(key) ? i18n.format.percent(value) : metricValue(i18n, key, value);
}
