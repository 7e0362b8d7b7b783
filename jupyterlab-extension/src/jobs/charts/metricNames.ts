import type { I18n } from '../../i18n/i18n.js';
import type { MessageKey } from '../../i18n/messages.js';

const NAMES: Readonly<Record<string, MessageKey>> = {
  loss: 'metric.loss',
  accuracy: 'metric.accuracy',
  acc: 'metric.accuracy',
  lr: 'metric.lr',
  learning_rate: 'metric.lr',
  samples_per_second: 'metric.speed',
  samples_per_s: 'metric.speed',
  precision: 'metric.precision',
  recall: 'metric.recall',
  r2: 'metric.r2',
  mae: 'metric.mae',
  rmse: 'metric.rmse',
  f1: 'metric.f1',
};

/** A metric's name in the reader's language; one that has none keeps its own. */
export function metricName(i18n: I18n, key: string): { readonly text: string; readonly translated: boolean } {
  const known = NAMES[key];
  return known === undefined ? { text: key, translated: false } : { text: i18n.t(known), translated: true };
}

/** What a metric is called when it is of the validation rows, `Validation accuracy`, from what it is called alone. */
export function validationName(i18n: I18n, { text, translated }: ReturnType<typeof metricName>): string {
  const inside = translated ? text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()) : text;
  return i18n.t('metric.ofVal', { x: inside });
}

/** Shares are read as percent, figures with thousands as whole numbers, the rest with three digits. */
export function metricValue(i18n: I18n, key: string, value: number): string {
  if (/(^|_)(acc|accuracy|precision|recall|f1)$/.test(key) && value >= 0 && value <= 1) {
    return i18n.format.percent(value);
  }
  return i18n.format.metric(value);
}

/** On charts: Latin and raw, whatever the language. */
export function rawValue(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** `1.56k`, for axes. */
export function shortValue(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1000) return `${Number((value / 1000).toPrecision(3))}k`;
  if (size !== 0 && size < 1e-3) return value.toExponential(0);
  return String(Number(value.toPrecision(4)));
}
