import type { Format } from './format.js';
import { ERRORS, WARNINGS } from './generated/sentences.js';
import { isolated } from './isolate.js';
import type { Catalogue, Message } from './message.js';

/** What the bridge or the reader says: a code with its values, and the sentence as it was filled in there. */
export interface Said {
  readonly code?: string;
  readonly params?: Readonly<Record<string, string | number>> | undefined;
  readonly detail: string;
  readonly detail_fa: string;
}

const ALM = '\u061C';
const SLOT = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}([٪%]?)/gu;
/** The words of closed sets that sentences name, by the parameter that holds one. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  type: {
    integer: 'عدد صحیح',
    number: 'عدد',
    boolean: 'بله/نه',
    text: 'متن',
    category: 'رده‌ای',
    date: 'تاریخ',
    datetime: 'تاریخ و ساعت',
  },
  kind: { tabular: 'جدول', images: 'تصویر' },
  needed: { tabular: 'جدول', images: 'تصویر' },
  found: { tabular: 'جدول', images: 'تصویر' },
  method: { ratio: 'تصادفی', stratified: 'لایه‌ای', group: 'گروهی', time: 'زمانی', given: 'خود فایل' },
  resource: { RAM: 'حافظه', CPU: 'پردازنده', disk: 'دیسک' },
};

export function errorSentence(said: Said, format: Format): string {
  return sentence(ERRORS, said, format);
}

export function warningSentence(said: Said, format: Format): string {
  return sentence(WARNINGS, said, format);
}

/**
 * The sentence of a code, its values isolated and its numbers formatted. Where there is nothing to fill in, a value is missing, as
 * in what an older version kept, or the code is not known here, the sentence that came along.
 */
function sentence(catalogue: Catalogue, said: Said, format: Format): string {
  const { language } = format.locale;
  const message = (catalogue as Readonly<Record<string, Message | undefined>>)[said.code ?? ''];
  const { params = {} } = said;
  const filled = message && Object.keys(params).length > 0 ? filledIn(message[language], params, format) : undefined;
  return filled ?? format.digits(language === 'fa' ? said.detail_fa : said.detail);
}

function filledIn(template: string, params: NonNullable<Said['params']>, format: Format): string | undefined {
  const fa = format.locale.language === 'fa';
  const missing: string[] = [];
  const text = template.replace(SLOT, (...[, name = '', one, many, mark = '']: (string | undefined)[]) => {
    const value = params[name];
    if (value === undefined) {
      missing.push(name);
      return '';
    }
    if (one !== undefined && many !== undefined) return `${value === 1 ? one : many}${mark}`;
    const word = fa ? WORDS[name]?.[String(value)] : undefined;
    if (word !== undefined) return `${word}${mark}`;
    if (typeof value === 'string') return `${isolated(value)}${mark}`;
    // A direction mark keeps the sentence right to left where it begins with a figure.
    return `${mark !== '' && fa ? ALM : ''}${format.number(value, 4)}${mark}`;
  });
  return missing.length === 0 ? text : undefined;
}
