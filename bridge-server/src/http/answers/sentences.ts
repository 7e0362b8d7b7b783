import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;
interface Told {
  readonly en: string;
  readonly fa: string;
}

const FORMATS: Readonly<Record<string, Told>> = {
  email: {
    en: 'Write a full e-mail address, like sara@example.com.',
    fa: 'نشانی ایمیل کامل نیست؛ به شکل sara@example.com بنویسید.',
  },
  url: {
    en: 'Write a full address, like https://example.com.',
    fa: 'نشانی را کامل بنویسید، به شکل https://example.com.',
  },
  datetime: {
    en: 'Write the time like 2026-11-29T10:00:00Z.',
    fa: 'زمان را به شکل 2026-11-29T10:00:00Z بنویسید.',
  },
};

const KINDS: Readonly<Record<string, Told>> = {
  string: { en: 'Write a text.', fa: 'یک متن بنویسید.' },
  number: { en: 'Write a number.', fa: 'یک عدد بنویسید.' },
  int: { en: 'Write a whole number.', fa: 'یک عدد صحیح بنویسید.' },
  boolean: { en: 'Give true or false.', fa: 'مقدار true یا false بدهید.' },
  array: { en: 'Give a list.', fa: 'یک فهرست بدهید.' },
  object: { en: 'Give an object with named values.', fa: 'یک شیء با مقدارهای نام‌دار بدهید.' },
  record: { en: 'Give an object with named values.', fa: 'یک شیء با مقدارهای نام‌دار بدهید.' },
};

/** What is wrong with a value, and what would be right, for each code of Zod's. */
function told(issue: Issue): Told {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return { en: 'This value is missing.', fa: 'این مقدار لازم است.' };
      return (
        KINDS[issue.expected] ?? {
          en: `Give a value of the type ${issue.expected}.`,
          fa: `مقداری از نوع ${apart(issue.expected)} بدهید.`,
        }
      );
    case 'too_small':
      return bound(issue.origin, String(issue.minimum), issue.inclusive ?? true, 'least');
    case 'too_big':
      return bound(issue.origin, String(issue.maximum), issue.inclusive ?? true, 'most');
    case 'invalid_format':
      return (
        FORMATS[issue.format] ?? { en: 'This value does not have the right form.', fa: 'شکل این مقدار درست نیست.' }
      );
    case 'invalid_value': {
      const values = issue.values.map(String);
      return {
        en: `Choose one of: ${values.join(', ')}.`,
        fa: `یکی از این‌ها را انتخاب کنید: ${values.map(apart).join('، ')}.`,
      };
    }
    case 'unrecognized_keys':
      return {
        en: `There is no field ${issue.keys.join(', ')}; check the name.`,
        fa: `فیلدی به نام ${issue.keys.map(apart).join('، ')} وجود ندارد؛ نام آن را بررسی کنید.`,
      };
    case 'not_multiple_of':
      return { en: `Give a multiple of ${String(issue.divisor)}.`, fa: `مضربی از ${String(issue.divisor)} بدهید.` };
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return { en: 'This value is not possible here.', fa: 'این مقدار در این‌جا ممکن نیست.' };
  }
}

function bound(origin: string, limit: string, inclusive: boolean, side: 'least' | 'most'): Told {
  const en = side === 'least' ? 'at least' : 'at most';
  const fa = side === 'least' ? 'حداقل' : 'حداکثر';
  if (origin === 'string')
    return side === 'least' && limit === '1'
      ? { en: 'Write something here.', fa: 'این فیلد را پر کنید.' }
      : { en: `Use ${en} ${limit} characters.`, fa: `${fa} ${limit} نویسه بنویسید.` };
  if (origin === 'array' || origin === 'set' || origin === 'object' || origin === 'record')
    return { en: `Give ${en} ${limit} of them.`, fa: `${fa} ${limit} مورد بدهید.` };
  if (inclusive) return { en: `The value must be ${en} ${limit}.`, fa: `مقدار باید ${fa} ${limit} باشد.` };
  return side === 'least'
    ? { en: `The value must be above ${limit}.`, fa: `مقدار باید بیشتر از ${limit} باشد.` }
    : { en: `The value must be below ${limit}.`, fa: `مقدار باید کمتر از ${limit} باشد.` };
}

/** A name of the API within a Persian sentence, whose digits are nobody's to translate. */
function apart(name: string): string {
  return `\u2068${name}\u2069`;
}

/** Zod's messages in English, as it asks an error map for them. */
export const inEnglish = (issue: Issue): string => told(issue).en;
/** The same in Persian. */
export const inPersian = (issue: Issue): string => told(issue).fa;
